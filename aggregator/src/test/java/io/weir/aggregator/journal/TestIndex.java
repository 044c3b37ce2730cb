package io.weir.aggregator.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Makes indexes of short journals for tests, and spoils them. */
public final class TestIndex {
    private static final int CRC_BYTES = 4;
    private static final int MAGIC_BYTES = 8;

    private TestIndex() {}

    /** Brings the index up to date, in stretches that are small enough for files of tests to have many. */
    public static void update(Path folder) throws IOException {
        new JournalIndexer(folder, ReadProgress.NONE, 2_000).update(1, false);
    }

    /** The index's files. */
    public static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(IndexFolder.in(folder))) {
            return files.sorted().toList();
        }
    }

    /** Changes some bytes and states the checksum of the result, as somebody would who means to mislead. */
    public static void forge(Path index, Random random) throws IOException {
        byte[] bytes = Files.readAllBytes(index);
        int count = 1 + random.nextInt(20);
        for (int i = 0; i < count; i++) {
            int at = MAGIC_BYTES + random.nextInt(bytes.length - MAGIC_BYTES - CRC_BYTES);
            bytes[at] = (byte) (random.nextBoolean() ? random.nextInt() : bytes[at] + 1 - random.nextInt(3));
        }
        stamp(bytes);
        Files.write(index, bytes);
    }

    /** States the checksum of an index. */
    public static void stamp(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - CRC_BYTES);
        for (int i = 0; i < CRC_BYTES; i++) {
            bytes[bytes.length - CRC_BYTES + i] = (byte) (crc.getValue() >>> (8 * i));
        }
    }
}
