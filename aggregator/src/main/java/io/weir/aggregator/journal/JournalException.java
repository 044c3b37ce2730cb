package io.weir.aggregator.journal;

/** The journal can't be read or written as asked. The message says what was tried, on what, and what was found. */
public final class JournalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final FaultKind kind;

    /** With what was found. */
    public JournalException(FaultKind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** With what was found and what caused it. */
    public JournalException(FaultKind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What is wrong. */
    public FaultKind kind() {
        return kind;
    }
}
