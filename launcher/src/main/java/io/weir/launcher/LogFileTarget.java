package io.weir.launcher;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Layout;
import io.weir.launcher.logfile.RotatingFile;
import io.weir.launcher.logfile.Rotation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A file that the log is written to. The log's thread. While the file can't be written, events are lost and counted; stderr hears of it
 * once, and the file how many it were when it can be written again.
 */
final class LogFileTarget implements LogTarget {
    private final RotatingFile file;
    private final Layout<ILoggingEvent> layout;
    private long lost;
    private String reason = "";
    private boolean isStuck;

    private LogFileTarget(RotatingFile file, Layout<ILoggingEvent> layout) {
        this.file = file;
        this.layout = layout;
    }

    /**
     * Opens the file.
     *
     * @throws NodeException if it can't be written
     */
    static LogFileTarget open(Path file, Rotation rotation, Layout<ILoggingEvent> layout) {
        try {
            return new LogFileTarget(RotatingFile.open(file, rotation), layout);
        } catch (IOException e) {
            throw new NodeException("log file " + file.toAbsolutePath() + " can't be written: " + e, e);
        }
    }

    @Override
    public void write(byte[] bytes, int events) {
        try {
            switchIfNeeded(bytes.length);
            if (lost > 0) {
                file.append(ByteBuffer.wrap(LogTarget.note(
                        layout, lost + " events were not logged, the file could not be written: " + reason)));
                lost = 0;
            }
            file.append(ByteBuffer.wrap(bytes));
        } catch (IOException e) {
            if (lost == 0) {
                complain("can't be written, events are not logged: " + e);
            }
            lost += events;
            reason = e.toString();
        }
    }

    /** A file that can't give way is written on: better too long than not at all. */
    private void switchIfNeeded(int bytes) throws IOException {
        if (!file.mustSwitch(bytes)) {
            return;
        }
        try {
            file.switchFile();
            isStuck = false;
        } catch (IOException e) {
            if (!isStuck) {
                complain("can't give way to a new one, it is written on: " + e);
            }
            isStuck = true;
        }
    }

    private void complain(String problem) {
        System.err.println("weir: log file " + file.path() + " " + problem);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            complain("can't be closed: " + e);
        }
    }
}
