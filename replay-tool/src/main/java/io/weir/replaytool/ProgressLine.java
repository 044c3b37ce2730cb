package io.weir.replaytool;

import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.ReadProgress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Shows on the standard error how far reading came: nothing during the first second, then a line that is written over.
 * One thread. Never on the standard output.
 */
final class ProgressLine implements ReadProgress {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final Path ERROR_STREAM = Path.of("/proc/self/fd/2");

    private final PrintWriter errors;
    private final long totalBytes;
    private final long begunNanos = System.nanoTime();
    private long nextNanos;
    private long firstSequence = -1;
    private int shownChars;

    ProgressLine(PrintWriter errors, long totalBytes, boolean atOnce) {
        this.errors = errors;
        this.totalBytes = totalBytes;
        this.nextNanos = begunNanos + (atOnce ? 0 : TimeUnit.SECONDS.toNanos(1));
    }

    /** Whether the standard error is somebody's terminal. Without a {@code /proc} nobody can say: then it is not. */
    static boolean isWatched() {
        try {
            String target = Files.readSymbolicLink(ERROR_STREAM).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    @Override
    public void reached(JournalPosition position, long bytesRead) {
        long now = System.nanoTime();
        if (firstSequence < 0) {
            firstSequence = position.sequence(); // the rate is that from here on, for reading may begin anywhere
        }
        if (now - nextNanos < 0) {
            return;
        }
        nextNanos = now + INTERVAL_NANOS;
        double seconds = Math.max(1e-3, (now - begunNanos) / 1e9);
        double percent = totalBytes == 0 ? 100 : Math.min(100, 100.0 * bytesRead / totalBytes);
        show(String.format(
                Locale.ROOT,
                "%.0f %%  %,d events  %,.0f events/s",
                percent,
                position.sequence(),
                (position.sequence() - firstSequence) / seconds));
    }

    private void show(String text) {
        errors.print("\r" + text + " ".repeat(Math.max(0, shownChars - text.length())));
        errors.flush();
        shownChars = text.length();
    }

    /** Takes the line away. */
    void end() {
        if (shownChars > 0) {
            errors.print("\r" + " ".repeat(shownChars) + "\r");
            errors.flush();
        }
    }
}
