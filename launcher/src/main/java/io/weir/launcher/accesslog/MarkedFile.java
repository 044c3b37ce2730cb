package io.weir.launcher.accesslog;

import io.weir.launcher.logfile.RotatingFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of an access log, with its mark. The thread of the log.
 *
 * <p>Before and after each switch to another file the mark is written, so what is behind the mark is always at the end of the file that the
 * mark names. There it is cut off when the log is opened again.
 */
final class MarkedFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(MarkedFile.class);

    private final RotatingFile file;
    private final Path markFile;
    private final String nodeId;
    private long sequence;
    private String journalFile;

    private MarkedFile(RotatingFile file, String nodeId, long sequence, String journalFile) {
        this.file = file;
        this.nodeId = nodeId;
        this.sequence = sequence;
        this.journalFile = journalFile;
        markFile = AccessLogMark.fileOf(file.path());
    }

    /**
     * Opens the log of a node, and cuts off what is behind its mark.
     *
     * @param begin where to begin if there is no mark of this node
     */
    static MarkedFile open(AccessLogConfig config, String nodeId, long begin, String beginFile) throws IOException {
        RotatingFile file = RotatingFile.open(config.file(), config.rotation());
        Path markFile = AccessLogMark.fileOf(file.path());
        Optional<AccessLogMark> found = AccessLogMark.read(markFile);
        if (found.isEmpty() && Files.exists(markFile)) {
            log.warn("access log: the mark can't be read, beginning with this start of the node file={}", markFile);
        }
        Optional<AccessLogMark> ours = found.filter(mark -> mark.nodeId().equals(nodeId));
        if (found.isPresent() && ours.isEmpty()) {
            log.warn("access log: the mark is of another node, beginning with this start file={}", markFile);
        }
        if (ours.isEmpty()) {
            return new MarkedFile(file, nodeId, begin, beginFile);
        }
        cut(file, ours.get());
        return new MarkedFile(file, nodeId, ours.get().sequence(), ours.get().journalFile());
    }

    private static void cut(RotatingFile file, AccessLogMark mark) throws IOException {
        if (file.key().equals(mark.key())) {
            if (file.size() < mark.bytes()) {
                log.warn(
                        "access log: somebody has cut it short file={} bytes={} were={}",
                        file.path(),
                        file.size(),
                        mark.bytes());
            }
            file.truncate(mark.bytes());
            return;
        }
        for (int i = 1; i <= file.keep(); i++) {
            Path earlier = file.numbered(i);
            if (RotatingFile.keyOf(earlier).filter(mark.key()::equals).isPresent()) {
                try (FileChannel channel = FileChannel.open(earlier, StandardOpenOption.WRITE)) {
                    channel.truncate(mark.bytes());
                }
                return;
            }
        }
        log.warn(
                "access log: the file that the mark is for is gone; its last lines may stand in both file={}",
                file.path());
    }

    /** The last event of which all lines are written. */
    long sequence() {
        return sequence;
    }

    /** File of the journal that the mark's event is in, or an earlier one. */
    String journalFile() {
        return journalFile;
    }

    /** Writes lines; {@code upTo} is the last event of which there are all lines then. */
    void append(ByteBuffer lines, long upTo) throws IOException {
        if (file.mustSwitch(lines.remaining())) {
            mark(sequence, journalFile);
            try {
                file.switchFile();
            } catch (IOException e) {
                log.warn("access log: can't begin another file, going on in this one file={}", file.path(), e);
            }
            mark(sequence, journalFile);
        }
        file.append(lines);
        sequence = upTo;
    }

    /**
     * Notes how far it is.
     *
     * @param readFile file of the journal that {@code upTo} is in, or an earlier one
     */
    void mark(long upTo, String readFile) throws IOException {
        file.force();
        new AccessLogMark(upTo, file.size(), readFile, nodeId, file.key()).write(markFile);
        sequence = upTo;
        journalFile = readFile;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
