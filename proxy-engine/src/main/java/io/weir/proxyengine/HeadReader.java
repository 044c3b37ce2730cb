package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads what clients say first, one client at a time, into one buffer of the event loop: what it holds is valid until the next read. Event
 * loop only.
 */
final class HeadReader {
    /** Longer heads are rare, and for Netty's decoder. */
    private static final int BYTES = 4 * 1024;

    private final ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(BYTES, BYTES);
    private final byte[] bytes = new byte[BYTES];
    private int length;

    /**
     * Reads.
     *
     * @return how many bytes; 0 if there are none now, -1 at the end
     */
    int read(RawSocket client) throws IOException {
        int read = client.receive(buffer.memoryAddress(), BYTES);
        length = Math.max(0, read);
        buffer.getBytes(0, bytes, 0, length);
        return read;
    }

    /** The target, if what was read is a CONNECT as {@link ConnectHead} knows it. */
    @Nullable String connectTarget() {
        return ConnectHead.target(bytes, length);
    }

    /** What was read, for another to keep and release. */
    ByteBuf copy(ByteBufAllocator allocator) {
        return allocator.directBuffer(length).writeBytes(bytes, 0, length);
    }

    void close() {
        buffer.release();
    }
}
