package io.weir.aggregator.journal;

import io.weir.aggregator.journal.CycleIndex.Prefix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The folder {@code index} in a journal's folder: a {@link CycleIndex} for each cycle file, {@code FILE.idx}. Any thread. It may be deleted at
 * any time. Files are written aside and renamed, so a reader sees a whole one or none; nothing is synced, since what a machine's end
 * leaves of one has a wrong checksum and is made anew.
 */
public final class IndexFolder {
    private static final String FOLDER = "index";
    private static final String SUFFIX = ".idx";
    private static final String TEMPORARY = ".tmp";
    private static final String OWN = ".cq4" + SUFFIX;

    private IndexFolder() {}

    /** Where it is. */
    public static Path in(Path journalFolder) {
        return journalFolder.resolve(FOLDER);
    }

    /**
     * The index of a cycle file; empty if there is none, or it is damaged, of another file, or of one that has become shorter or other than
     * it was. Reads the index and a few bytes of the journal.
     */
    public static Optional<CycleIndex> read(Path journalFolder, String cycleFile) {
        try {
            Optional<CycleIndex> index =
                    CycleIndex.decode(bytes(in(journalFolder).resolve(cycleFile + SUFFIX)));
            return index.filter(found -> isOf(found.prefix(), journalFolder, cycleFile));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static byte[] bytes(Path file) throws IOException {
        boolean isOne =
                Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) <= CycleIndex.MAX_BYTES;
        if (!isOne) {
            return new byte[0];
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(channel.size(), CycleIndex.MAX_BYTES));
            return fill(channel, bytes, 0) ? bytes.array() : new byte[0];
        }
    }

    private static boolean isOf(Prefix prefix, Path journalFolder, String cycleFile) {
        long checksumAt =
                prefix.lastOffset() + DocumentScanner.HEADER_BYTES + prefix.lastLength() - RecordEncoder.CRC_BYTES;
        boolean isPlausible = prefix.file().equals(cycleFile)
                && prefix.lastLength() > RecordEncoder.CRC_BYTES
                && prefix.lastLength() <= RecordEncoder.MAX_RECORD_BYTES
                && prefix.lastOffset() < prefix.endOffset()
                && prefix.endOffset() == DocumentScanner.next(prefix.lastOffset(), prefix.lastLength());
        if (!isPlausible) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(journalFolder.resolve(cycleFile), StandardOpenOption.READ)) {
            return int32(channel, prefix.lastOffset()) == prefix.lastLength()
                    && int32(channel, checksumAt) == prefix.lastChecksum();
        } catch (IOException | IllegalArgumentException e) { // a negative offset
            return false;
        }
    }

    private static long int32(FileChannel channel, long offset) throws IOException {
        ByteBuffer four = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return fill(channel, four, offset) ? four.getInt(0) : Long.MIN_VALUE;
    }

    private static boolean fill(FileChannel channel, ByteBuffer target, long offset) throws IOException {
        while (target.hasRemaining()) {
            if (channel.read(target, offset + target.position()) < 0) {
                return false;
            }
        }
        return true;
    }

    /** Writes the index of a cycle file, or nothing of it. */
    static void write(Path journalFolder, String cycleFile, byte[] index) throws IOException {
        Path folder = in(journalFolder);
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(folder);
        }
        Path temporary = folder.resolve(cycleFile + SUFFIX + TEMPORARY);
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(index);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        Files.move(
                temporary,
                folder.resolve(cycleFile + SUFFIX),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** Deletes what belongs to files that are no longer there, and what a writer left that died. */
    static void sweep(Path journalFolder, List<String> cycleFiles) throws IOException {
        Path folder = in(journalFolder);
        if (!Files.isDirectory(folder)) {
            return;
        }
        Set<String> wanted = new HashSet<>();
        cycleFiles.forEach(file -> wanted.add(file + SUFFIX));
        List<Path> unwanted;
        try (Stream<Path> entries = Files.list(folder)) {
            unwanted = entries.filter(entry -> isOwn(name(entry)) && !wanted.contains(name(entry)))
                    .toList();
        }
        for (Path each : unwanted) {
            Files.deleteIfExists(each);
        }
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private static boolean isOwn(String name) {
        return name.endsWith(OWN) || name.endsWith(OWN + TEMPORARY);
    }
}
