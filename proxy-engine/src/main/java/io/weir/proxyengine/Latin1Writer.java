package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AsciiString;
import java.util.Arrays;

/**
 * Puts text into an array, a byte for each character, as the decoder made a character of each byte. Grows, and is used again. One thread.
 */
final class Latin1Writer {
    private byte[] bytes;
    private int size;

    Latin1Writer(int capacity) {
        bytes = new byte[capacity];
    }

    /** Begins anew. */
    void clear() {
        size = 0;
    }

    void character(char c) {
        room(1);
        bytes[size++] = (byte) c;
    }

    void lineEnd() {
        room(2);
        bytes[size++] = '\r';
        bytes[size++] = '\n';
    }

    /** Adds text whose characters are all below 256. */
    @SuppressWarnings(
            "deprecation") // of String.getBytes, because it takes the low byte of each character: that is what is
    // wanted
    void text(CharSequence text) {
        int length = text.length();
        room(length);
        if (text instanceof AsciiString ascii) {
            System.arraycopy(ascii.array(), ascii.arrayOffset(), bytes, size, length);
        } else {
            text.toString().getBytes(0, length, bytes, size);
        }
        size += length;
    }

    /** A copy of what was written since {@link #clear}; the caller's. */
    ByteBuf toDirectBuffer(ByteBufAllocator allocator) {
        return allocator.directBuffer(size).writeBytes(bytes, 0, size);
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
        }
    }
}
