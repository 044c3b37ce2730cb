package io.weir.proxyengine.upstream;

/** An upstream cannot be used as it was configured. The message says which, and what was found. */
public final class UpstreamException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** With what is wrong. */
    public UpstreamException(String message) {
        super(message);
    }

    /** With what is wrong, and why. */
    public UpstreamException(String message, Throwable cause) {
        super(message, cause);
    }
}
