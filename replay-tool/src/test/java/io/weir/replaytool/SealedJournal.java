package io.weir.replaytool;

import io.weir.aggregator.journal.RecordEncoder;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A small sealed journal that a real ledger wrote, taken apart into its records by somebody who knows the format and may write the
 * file, but has not the key.
 */
final class SealedJournal {
    private static final int METADATA = 0x40000000;
    private static final int LENGTH_MASK = 0x3FFFFFFF;
    private static final int END_OF_FILE = 0xC0000000;
    private static final int CRC_BYTES = 4;
    private static final int FIRST_SEQUENCE_AT = 3;

    private final Path file;
    private final byte[] prefix; // what the queue has before the first record
    private final List<byte[]> records = new ArrayList<>();
    private final List<Integer> offsets = new ArrayList<>();
    private final byte[] bytes;

    private SealedJournal(Path file, byte[] all) {
        this.file = file;
        int offset = 0;
        int begin = -1;
        ByteBuffer words = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
        while (words.getInt(offset) != 0 && words.getInt(offset) != END_OF_FILE) {
            int header = words.getInt(offset);
            int length = header & LENGTH_MASK;
            if ((header & METADATA) == 0) {
                begin = begin < 0 ? offset : begin;
                offsets.add(offset);
                records.add(Arrays.copyOfRange(all, offset + 4, offset + 4 + length));
            } else if (begin >= 0) {
                throw new AssertionError("the queue's own between records");
            }
            offset = (offset + 4 + length + 3) & ~3;
        }
        this.prefix = Arrays.copyOf(all, begin);
        this.bytes = Arrays.copyOf(all, offset + 8);
    }

    /** Writes one: a tunnel and a request, seals in between, stopped in order. */
    static SealedJournal write(Path data) {
        try (TestLedger ledger = TestLedger.openSealed(data, Duration.ofHours(1))) {
            SessionMeter tunnel = ledger.tunnel("a.example:443");
            tunnel.up(517);
            ledger.settle();
            tunnel.down(4_000);
            ledger.settle();
        }
        try (TestLedger ledger = TestLedger.openSealed(data, Duration.ofHours(1))) {
            SessionMeter get = ledger.get("b.example", "http://b.example/");
            get.up(100);
            ledger.settle();
            get.down(2_000);
            ledger.settle();
            get.close(CloseReason.COMPLETED, 200);
        }
        return of(data);
    }

    /** Takes the only file apart; cuts what is allocated behind its records, and removes the hint. */
    static SealedJournal of(Path data) {
        try {
            Path folder = TestLedger.journal(data);
            Files.deleteIfExists(folder.resolve("checkpoint"));
            List<Path> files;
            try (var entries = Files.list(folder)) {
                files = entries.filter(each -> each.toString().endsWith(".cq4")).toList();
            }
            if (files.size() != 1) {
                throw new AssertionError("an hour began just now: " + files);
            }
            SealedJournal journal = new SealedJournal(files.get(0), Files.readAllBytes(files.get(0)));
            journal.save(journal.bytes);
            return journal;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path file() {
        return file;
    }

    /** The records' bytes, from magic to checksum. */
    List<byte[]> records() {
        return new ArrayList<>(records);
    }

    /** Where the records begin: their headers' offsets. */
    List<Integer> offsets() {
        return offsets;
    }

    /** The whole file as it was written, cut behind its last record. */
    byte[] bytes() {
        return bytes.clone();
    }

    void save(byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the file anew with these records. */
    void save(List<byte[]> instead) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(prefix);
        for (byte[] record : instead) {
            ByteBuffer document =
                    ByteBuffer.allocate((4 + record.length + 3) & ~3).order(ByteOrder.LITTLE_ENDIAN);
            document.putInt(record.length).put(record);
            out.writeBytes(document.array());
        }
        out.writeBytes(new byte[8]);
        save(out.toByteArray());
    }

    /** The records, each beginning where the one before ends, with right checksums. */
    static List<byte[]> renumbered(List<byte[]> records) {
        List<byte[]> renumbered = new ArrayList<>();
        long next = 1;
        for (byte[] record : records) {
            renumbered.add(numbered(record, next));
            next += count(record);
        }
        return renumbered;
    }

    /** The record with another first sequence and the right checksum. */
    static byte[] numbered(byte[] record, long firstSequence) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(record, 0, FIRST_SEQUENCE_AT);
        long rest = firstSequence;
        while (rest > 0x7F) {
            out.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        int from = endOfVarint(record, FIRST_SEQUENCE_AT);
        out.write(record, from, record.length - from);
        return stamped(out.toByteArray());
    }

    /** The record with the right checksum. */
    static byte[] stamped(byte[] record) {
        byte[] stamped = record.clone();
        CRC32C crc = new CRC32C();
        crc.update(stamped, 0, stamped.length - CRC_BYTES);
        ByteBuffer.wrap(stamped).order(ByteOrder.LITTLE_ENDIAN).putInt(stamped.length - CRC_BYTES, (int)
                crc.getValue());
        return stamped;
    }

    static long firstSequence(byte[] record) {
        return varint(record, FIRST_SEQUENCE_AT);
    }

    static long count(byte[] record) {
        return varint(record, endOfVarint(record, FIRST_SEQUENCE_AT));
    }

    static byte[] encoded(RecordEncoder encoder) {
        encoder.finish();
        return Arrays.copyOfRange(encoder.bytes(), encoder.offset(), encoder.offset() + encoder.length());
    }

    private static int endOfVarint(byte[] bytes, int from) {
        int i = from;
        while (bytes[i] < 0) {
            i++;
        }
        return i + 1;
    }

    private static long varint(byte[] bytes, int from) {
        long value = 0;
        int end = endOfVarint(bytes, from);
        for (int i = end - 1; i >= from; i--) {
            value = (value << 7) | (bytes[i] & 0x7F);
        }
        return value;
    }
}
