package io.weir.replaytool;

/** What was given as a statement is none, or is not as it was written; the message says how. */
final class StatementException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean isChanged;

    private StatementException(String message, boolean isChanged) {
        super(message);
        this.isChanged = isChanged;
    }

    /** It can't be read as a statement. */
    static StatementException unreadable(String what) {
        return new StatementException(what, false);
    }

    /** It is a statement that somebody changed. */
    static StatementException changed(String what) {
        return new StatementException(what, true);
    }

    int exitStatus() {
        return isChanged ? ExitStatus.VIOLATED : ExitStatus.UNREADABLE;
    }
}
