package io.weir.replaytool;

/** What an offline command answers to the shell. */
public final class ExitStatus {
    /** Everything that was read is as it must be. */
    public static final int OK = 0;

    /** The journal was read and something in it is wrong. */
    public static final int VIOLATED = 1;

    /** The journal, or the rest of it, can't be read. */
    public static final int UNREADABLE = 2;

    /** The command was not understood. */
    public static final int USAGE = 64;

    private ExitStatus() {}
}
