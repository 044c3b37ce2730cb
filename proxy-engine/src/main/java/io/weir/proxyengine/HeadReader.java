package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads what clients say first, one client at a time, into one buffer of the event loop: what it holds is valid until the next read. Event
 * loop only.
 */
final class HeadReader {
    /** Longer heads are rare, and for Netty's decoder. Whatever must be whole before it is taken is shorter. */
    private static final int BYTES = 4 * 1024;

    static final byte[] NOTHING = {};

    private final ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(BYTES, BYTES);
    private final byte[] bytes = new byte[BYTES];
    private int length;

    /**
     * Reads.
     *
     * @return how many bytes; 0 if there are none now, -1 at the end
     */
    int read(RawSocket client) throws IOException {
        return read(client, NOTHING);
    }

    /**
     * Reads on.
     *
     * @param held what the client has said before: what is read is put behind it
     * @return how many bytes were read; 0 if there are none now, -1 at the end
     */
    int read(RawSocket client, byte[] held) throws IOException {
        int before = held.length;
        length = before;
        System.arraycopy(held, 0, bytes, 0, before);
        int read = client.receive(buffer.memoryAddress(), BYTES - before);
        if (read > 0) {
            buffer.getBytes(0, bytes, before, read);
            length = before + read;
        }
        return read;
    }

    /** Drops the first bytes of what was read: they were taken. */
    void drop(int count) {
        System.arraycopy(bytes, count, bytes, 0, length - count);
        length -= count;
    }

    /** The array that has what was read, from 0 on. */
    byte[] bytes() {
        return bytes;
    }

    /** How much was read and not dropped. */
    int length() {
        return length;
    }

    /** A copy to hold until more comes. */
    byte[] held() {
        return length == 0 ? NOTHING : Arrays.copyOf(bytes, length);
    }

    /** The target, if what was read is a CONNECT as {@link ConnectHead} knows it. */
    @Nullable String connectTarget() {
        return ConnectHead.target(bytes, length);
    }

    /** What the Proxy-Authorization field says of a head that {@link #connectTarget} knows; empty if there is none, null if there are several. */
    @Nullable String proxyAuthorization() {
        return ConnectHead.proxyAuthorization(bytes, length);
    }

    /** Takes up again what a client has said before. */
    void load(byte[] held) {
        length = held.length;
        System.arraycopy(held, 0, bytes, 0, length);
    }

    /** What was read, for another to keep and release. */
    ByteBuf copy(ByteBufAllocator allocator) {
        return allocator.directBuffer(length).writeBytes(bytes, 0, length);
    }

    void close() {
        buffer.release();
    }
}
