package io.weir.launcher.accesslog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * How far an access log is: which events stand in which bytes of it. Immutable. On disk it is one line, in a file beside the log that
 * is replaced as a whole:
 *
 * <pre>
 * weir-access-log 1 SEQUENCE BYTES JOURNAL-FILE NODE-ID KEY CRC
 * </pre>
 *
 * {@code CRC} is the CRC32C, in hex, of the text before it with its last blank.
 *
 * @param sequence the last event of which all lines are written
 * @param bytes how long the log was then; what is behind is of later events
 * @param journalFile file of the journal that the event is in, or an earlier one
 * @param nodeId whose journal
 * @param key tells the log from another file of its name; empty if the system has no such thing
 */
record AccessLogMark(long sequence, long bytes, String journalFile, String nodeId, String key) {
    private static final Pattern FORM = Pattern.compile(
            "(weir-access-log 1 (\\d{1,18}) (\\d{1,18}) ([\\w.-]{1,64}) ([\\w.-]{1,64}) ([!-~]{1,128}) )([0-9a-f]{1,8})\\s*");
    private static final String NO_KEY = "-";
    private static final int BYTES_MAX = 1024;

    /** The mark's file. */
    static Path fileOf(Path log) {
        return log.resolveSibling(log.getFileName() + ".weir-mark");
    }

    /** The mark in a file; empty if there is none, or what is there is none. */
    static Optional<AccessLogMark> read(Path file) throws IOException {
        try {
            if (Files.size(file) > BYTES_MAX) {
                return Optional.empty();
            }
            Matcher line = FORM.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
            if (!line.matches() || !crc(line.group(1)).equals(line.group(7))) {
                return Optional.empty();
            }
            String key = line.group(6);
            return Optional.of(new AccessLogMark(
                    Long.parseLong(line.group(2)),
                    Long.parseLong(line.group(3)),
                    line.group(4),
                    line.group(5),
                    key.equals(NO_KEY) ? "" : key));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Puts it in place of the one in the file. When it returns the disk has it. */
    void write(Path file) throws IOException {
        String text = "weir-access-log 1 " + sequence + ' ' + bytes + ' ' + journalFile + ' ' + nodeId + ' '
                + (key.isEmpty() ? NO_KEY : key) + ' ';
        ByteBuffer line = ByteBuffer.wrap((text + crc(text) + "\n").getBytes(StandardCharsets.ISO_8859_1));
        Path next = file.resolveSibling(file.getFileName() + ".tmp");
        try (FileChannel out = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            while (line.hasRemaining()) {
                out.write(line);
            }
            out.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String crc(String text) {
        var crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
        return Long.toHexString(crc.getValue());
    }
}
