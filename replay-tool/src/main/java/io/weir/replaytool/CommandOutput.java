package io.weir.replaytool;

import java.io.PrintWriter;
import java.io.Writer;

/**
 * A command's standard output, buffered. One thread. When nobody reads it any more ({@code | head}) it takes what comes
 * and drops it, so that a command ends quietly, or goes on for the sake of its exit status.
 */
final class CommandOutput extends Writer {
    private static final int BUFFER_CHARS = 32 * 1024;

    private final PrintWriter target;
    private final StringBuilder buffer = new StringBuilder(BUFFER_CHARS);
    private boolean isClosed;

    CommandOutput(PrintWriter target) {
        this.target = target;
    }

    /** Whether nobody reads it any more. */
    boolean isClosed() {
        return isClosed;
    }

    void print(String text) {
        buffer.append(text);
        flushIfFull();
    }

    void println(String text) {
        buffer.append(text).append('\n');
        flushIfFull();
    }

    @Override
    public void write(char[] chars, int offset, int length) {
        buffer.append(chars, offset, length);
        flushIfFull();
    }

    private void flushIfFull() {
        if (buffer.length() >= BUFFER_CHARS) {
            flush();
        }
    }

    @Override
    public void flush() {
        if (!isClosed) {
            target.append(buffer);
            // picocli's writer does not pass on that the stream below it is broken, so that one is asked, too
            isClosed = target.checkError() || System.out.checkError();
        }
        buffer.setLength(0);
    }

    @Override
    public void close() {
        flush(); // the stream is the process's
    }
}
