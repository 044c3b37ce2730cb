package io.weir.replaytool;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Damages a journal's only file as somebody would who knows its format: by whole records, or by bytes. */
final class CycleFileEditor {
    private static final int END_OF_FILE = 0xC0000000;
    private static final int METADATA = 0x40000000;
    private static final int LENGTH_MASK = 0x3FFFFFFF;
    private static final int VERSION_AT = 5;

    private final Path file;
    private final byte[] bytes;

    private CycleFileEditor(Path file, byte[] bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    static CycleFileEditor of(Path data) {
        try (Stream<Path> files = Files.list(TestLedger.journal(data))) {
            Path only = files.filter(each -> each.toString().endsWith(".cq4"))
                    .reduce((a, b) -> {
                        throw new AssertionError("more than one file");
                    })
                    .orElseThrow();
            return new CycleFileEditor(only, Files.readAllBytes(only));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path file() {
        return file;
    }

    String name() {
        return file.getFileName().toString();
    }

    /** Where the records begin: their headers' offsets, in order. */
    List<Integer> records() {
        List<Integer> offsets = new ArrayList<>();
        for (int offset : documents()) {
            if ((header(offset) & METADATA) == 0) {
                offsets.add(offset);
            }
        }
        return offsets;
    }

    private List<Integer> documents() {
        List<Integer> offsets = new ArrayList<>();
        int offset = 0;
        while (offset + 4 <= bytes.length && header(offset) != 0 && header(offset) != END_OF_FILE) {
            offsets.add(offset);
            offset = end(offset);
        }
        return offsets;
    }

    private int header(int offset) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(offset);
    }

    private int end(int offset) {
        return (offset + 4 + (header(offset) & LENGTH_MASK) + 3) & ~3;
    }

    /** Where a record's padding begins. */
    int endOfBody(int record) {
        return record + 4 + (header(record) & LENGTH_MASK);
    }

    void flipBit(int offset) {
        bytes[offset] ^= 1;
        save();
    }

    void drop(int record) {
        rebuild(record, new int[0]);
    }

    void duplicate(int record) {
        rebuild(record, new int[] {record, record});
    }

    /** Exchanges a record with the next document. */
    void swapWithNext(int record) {
        int next = end(record);
        byte[] first = slice(record);
        byte[] second = slice(next);
        System.arraycopy(second, 0, bytes, record, second.length);
        System.arraycopy(first, 0, bytes, record + second.length, first.length);
        save();
    }

    /** The file ends before a record, as if that had never been written. */
    void cutBefore(int record) {
        Arrays.fill(bytes, record, bytes.length, (byte) 0);
        save();
    }

    /** A record says that it is of a later version, with the right checksum. */
    void raiseVersion(int record) {
        int length = header(record) & LENGTH_MASK;
        bytes[record + VERSION_AT] = 99;
        CRC32C crc = new CRC32C();
        crc.update(bytes, record + 4, length - 4);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(record + length, (int) crc.getValue());
        save();
    }

    /** The last record's header says that it is still being written. */
    void tearLast() {
        List<Integer> records = records();
        int last = records.get(records.size() - 1);
        Arrays.fill(bytes, last + 20, bytes.length, (byte) 0);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(last, 0x80000000);
        save();
    }

    private byte[] slice(int document) {
        return Arrays.copyOfRange(bytes, document, end(document));
    }

    private void rebuild(int record, int[] instead) {
        ByteBuffer rebuilt = ByteBuffer.allocate(bytes.length);
        for (int offset : documents()) {
            if (offset != record) {
                rebuilt.put(slice(offset));
            } else {
                for (int each : instead) {
                    rebuilt.put(slice(each));
                }
            }
        }
        System.arraycopy(rebuilt.array(), 0, bytes, 0, bytes.length);
        save();
    }

    private void save() {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
