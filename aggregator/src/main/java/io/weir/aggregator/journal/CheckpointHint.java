package io.weir.aggregator.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Where the last checkpoint is: the small file {@code checkpoint} in the journal's folder. Only a hint, to save reading
 * the whole journal at the next start; without it, or if it is wrong, everything is read.
 *
 * <pre>
 *   one line:  weir-checkpoint 1 FILE OFFSET SEQUENCE-BEFORE NODE-ID CRC32C-OF-THE-TEXT-BEFORE-IT-IN-HEX
 * </pre>
 *
 * @param position the place of the checkpoint's first record
 * @param nodeId the node's, which a checkpoint itself does not state
 */
public record CheckpointHint(JournalPosition position, String nodeId) {
    private static final String FILE = "checkpoint";
    private static final String MARK = "weir-checkpoint 1 ";
    private static final int MAX_BYTES = 4_096;

    /** Writes the file, or nothing of it. */
    public void write(Path folder) throws IOException {
        String text = MARK + position.file() + " " + position.offset() + " " + position.sequence() + " " + nodeId + " ";
        Path temporary = folder.resolve(FILE + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer line = ByteBuffer.wrap((text + checksum(text) + "\n").getBytes(StandardCharsets.UTF_8));
            while (line.hasRemaining()) {
                channel.write(line);
            }
            channel.force(true);
        }
        Files.move(
                temporary, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Reads the file; empty if it is not there or not whole. */
    public static Optional<CheckpointHint> read(Path folder) {
        try {
            Path file = folder.resolve(FILE);
            if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
                return Optional.empty();
            }
            return parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<CheckpointHint> parse(String line) {
        int end = line.lastIndexOf(' ') + 1;
        String text = line.substring(0, end);
        if (!text.startsWith(MARK) || !line.substring(end).equals(checksum(text))) {
            return Optional.empty();
        }
        String[] fields = text.split(" ", -1);
        if (fields.length != 7) {
            return Optional.empty();
        }
        try {
            var position = new JournalPosition(fields[2], Long.parseLong(fields[3]), Long.parseLong(fields[4]));
            return Optional.of(new CheckpointHint(position, fields[5]));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
