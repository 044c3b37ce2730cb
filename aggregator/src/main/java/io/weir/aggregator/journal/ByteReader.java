package io.weir.aggregator.journal;

import io.weir.eventbus.Tally;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Reads the format's few types from a range of bytes and never beyond it, whatever the bytes are. */
final class ByteReader {
    private byte[] bytes = new byte[0];
    private int position;
    private int end;
    private boolean passesOverTexts;

    void range(byte[] source, int offset, int length) {
        bytes = source;
        position = offset;
        end = offset + length;
    }

    /** From now on texts are not made, and all of them are empty. */
    void passOverTexts() {
        passesOverTexts = true;
    }

    /** Where in the source the next byte is read. */
    int position() {
        return position;
    }

    /** Back to a position that was passed. */
    void position(int earlier) {
        position = earlier;
    }

    int remaining() {
        return end - position;
    }

    /** The byte that {@link #oneByte} will read. */
    int nextByte() throws RecordFormatException {
        if (position >= end) {
            throw corrupt("ends inside an event");
        }
        return bytes[position] & 0xFF;
    }

    int oneByte() throws RecordFormatException {
        if (position >= end) {
            throw corrupt("ends inside an event");
        }
        return bytes[position++] & 0xFF;
    }

    long varint() throws RecordFormatException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int next = oneByte();
            if (shift == 63 && next > 1) {
                throw corrupt("has a number of more than 64 bits");
            }
            value |= (long) (next & 0x7F) << shift;
            if ((next & 0x80) == 0) {
                return value;
            }
        }
        throw corrupt("has a number of more than 64 bits");
    }

    /** A varint that is not negative. */
    long count() throws RecordFormatException {
        long value = varint();
        if (value < 0) {
            throw corrupt("has a count of more than 63 bits");
        }
        return value;
    }

    /** A varint from 0 to 2^31−1. */
    int smallCount() throws RecordFormatException {
        long value = count();
        if (value > Integer.MAX_VALUE) {
            throw corrupt("has the number " + value + " where a small one belongs");
        }
        return (int) value;
    }

    long zigzag() throws RecordFormatException {
        long value = varint();
        return (value >>> 1) ^ -(value & 1);
    }

    /** Four bytes, the lowest first. */
    int fixed32() throws RecordFormatException {
        int value = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            value |= oneByte() << shift;
        }
        return value;
    }

    String text() throws RecordFormatException {
        long length = count();
        if (length > remaining()) {
            throw corrupt("has a text longer than itself");
        }
        String text = passesOverTexts ? "" : new String(bytes, position, (int) length, StandardCharsets.UTF_8);
        position += (int) length;
        return text;
    }

    /** So many bytes, in hex. */
    String hex(int length) throws RecordFormatException {
        if (length > remaining()) {
            throw corrupt("ends inside an event");
        }
        String digits = HexFormat.of().formatHex(bytes, position, position + length);
        position += length;
        return digits;
    }

    Tally tally() throws RecordFormatException {
        return new Tally(count(), count(), count(), count(), count(), count());
    }

    static RecordFormatException corrupt(String what) {
        return new RecordFormatException(FaultKind.CORRUPT_RECORD, what);
    }
}
