package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Copies small pieces of a body together while its receiver takes nothing: each on its own would hold the buffer that it was read into, and what is kept
 * about it, so a stream of single bytes would hold a thousand times its window. Event loop only.
 */
final class SmallPieces {
    private static final int SMALL_BYTES = 1024;
    private static final int BLOCK_BYTES = 16 * 1024;

    /** Takes what is complete. */
    interface Sink {
        /** Takes over the reference. */
        void content(ByteBuf data, boolean last);
    }

    private @Nullable ByteBuf block;

    /**
     * Hands a piece on, or keeps it until more has come.
     *
     * @param data takes over the reference
     * @param keep whether it may be kept; what was kept goes before what is not
     */
    void pass(ByteBuf data, boolean last, boolean keep, Sink sink) {
        int bytes = data.readableBytes();
        if (!keep || last || bytes > SMALL_BYTES) {
            flush(sink);
            sink.content(data, last);
            return;
        }
        ByteBuf open = block;
        if (open == null) {
            open = data.alloc().directBuffer(SMALL_BYTES, BLOCK_BYTES);
            block = open;
        }
        open.writeBytes(data);
        data.release();
        if (open.maxWritableBytes() < SMALL_BYTES) {
            flush(sink);
        }
    }

    /** Hands on what was kept. */
    void flush(Sink sink) {
        ByteBuf kept = block;
        if (kept != null) {
            block = null;
            sink.content(kept, false);
        }
    }

    /** Throws away what was kept. */
    void release() {
        ByteBuf kept = block;
        if (kept != null) {
            block = null;
            kept.release();
        }
    }
}
