package io.weir.aggregator.journal;

import io.weir.eventbus.Tally;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** Appends the format's few types to a byte array that grows. Allocates nothing for numbers once it has its size. */
final class ByteWriter {
    /** Texts are cut to this many bytes of UTF-8, at a character. */
    static final int MAX_TEXT_BYTES = 4_096;

    static final int MAX_VARINT_BYTES = 10;

    private byte[] bytes;
    private int position;

    ByteWriter(int capacity) {
        bytes = new byte[capacity];
    }

    byte[] bytes() {
        return bytes;
    }

    int position() {
        return position;
    }

    void position(int newPosition) {
        position = newPosition;
    }

    void oneByte(int value) {
        ensure(1);
        bytes[position++] = (byte) value;
    }

    /** Seven bits a byte, the lowest first, the high bit set on all but the last; negative numbers take ten bytes. */
    void varint(long value) {
        ensure(MAX_VARINT_BYTES);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[position++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[position++] = (byte) rest;
    }

    /** A varint that is short for small numbers of either sign. */
    void zigzag(long value) {
        varint((value << 1) ^ (value >> 63));
    }

    /** A varint with the number of bytes, then that many bytes of UTF-8. */
    void text(String value) {
        text(value, MAX_TEXT_BYTES);
    }

    /** The same, cut to fewer bytes than other texts. */
    void text(String value, int maxBytes) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(utf8.length, maxBytes);
        while (length < utf8.length && (utf8[length] & 0xC0) == 0x80) {
            length--; // not in the middle of a character
        }
        varint(length);
        ensure(length);
        System.arraycopy(utf8, 0, bytes, position, length);
        position += length;
    }

    /** The six counts, each a varint. */
    void tally(Tally tally) {
        varint(tally.up());
        varint(tally.down());
        varint(tally.overheadUp());
        varint(tally.overheadDown());
        varint(tally.originUp());
        varint(tally.originDown());
    }

    /** Bytes as they are, from hex; their number is not written. */
    void hex(String digits) {
        byte[] raw = HexFormat.of().parseHex(digits);
        ensure(raw.length);
        System.arraycopy(raw, 0, bytes, position, raw.length);
        position += raw.length;
    }

    /** Bytes as they are. */
    void raw(byte[] source, int offset, int length) {
        ensure(length);
        System.arraycopy(source, offset, bytes, position, length);
        position += length;
    }

    /** Four bytes, the lowest first. */
    void fixed32(int value) {
        ensure(4);
        for (int shift = 0; shift < 32; shift += 8) {
            bytes[position++] = (byte) (value >>> shift);
        }
    }

    private void ensure(int more) {
        if (bytes.length - position < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, position + more));
        }
    }
}
