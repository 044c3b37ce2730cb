package io.weir.aggregator.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A small file of one line beside the journal's records: words, and the CRC32C, in hex, of the text before it with its last blank.
 * It is written as a whole or not at all, and synced. Any thread; one writer.
 */
final class HintLine {
    private static final int MAX_BYTES = 4_096;

    private final String fileName;
    private final String mark;
    private final int words;

    /**
     * A kind of file.
     *
     * @param mark what the line begins with, its last blank included
     * @param words how many words follow the mark
     */
    HintLine(String fileName, String mark, int words) {
        this.fileName = fileName;
        this.mark = mark;
        this.words = words;
    }

    void write(Path folder, Object... values) throws IOException {
        StringBuilder line = new StringBuilder(mark);
        for (Object value : values) {
            line.append(value).append(' ');
        }
        String text = line.toString();
        Path temporary = folder.resolve(fileName + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap((text + checksum(text) + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(
                temporary,
                folder.resolve(fileName),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true); // the new name, too
        } catch (AccessDeniedException e) {
            // Windows: a folder can't be opened, and need not be
        }
    }

    /** The words behind the mark; empty if the file is not there or not whole. */
    Optional<List<String>> read(Path folder) {
        try {
            Path file = folder.resolve(fileName);
            if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
                return Optional.empty();
            }
            return parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private Optional<List<String>> parse(String line) {
        int end = line.lastIndexOf(' ') + 1;
        String text = line.substring(0, end);
        if (!text.startsWith(mark) || !line.substring(end).equals(checksum(text))) {
            return Optional.empty();
        }
        List<String> found = List.of(text.substring(mark.length(), end - 1).split(" ", -1));
        return found.size() == words ? Optional.of(found) : Optional.empty();
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
