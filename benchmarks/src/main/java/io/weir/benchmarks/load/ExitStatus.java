package io.weir.benchmarks.load;

/** What the commands of this package answer to the shell. */
final class ExitStatus {
    static final int FAILED = 1;
    static final int WRONG = 64;
    static final int MISSING = 69;

    private ExitStatus() {}
}
