package io.weir.aggregator.history;

/** A question about the past has no answer now; the message says why and what would do. */
public final class HistoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With what was asked, of what, and what would do. */
    public HistoryException(String message) {
        super(message);
    }

    /** The same, with what was met. */
    public HistoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
