package io.weir.launcher;

/** The node cannot run as it was asked to. The message says what to do. */
final class NodeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NodeException(String message) {
        super(message);
    }

    NodeException(String message, Throwable cause) {
        super(message, cause);
    }
}
