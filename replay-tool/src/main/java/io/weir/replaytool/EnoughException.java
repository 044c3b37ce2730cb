package io.weir.replaytool;

/** Ends the reading of a journal from inside a sink; not a fault. Without a stack. */
final class EnoughException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EnoughException() {
        super("nothing more is wanted", null, false, false);
    }
}
