package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * Moves bytes through one buffer that all flows of an event loop share: a flow has memory of its own only while its sink does not take
 * what was read. Event loop only; steady state allocates nothing.
 */
final class Copier implements Mover {
    private static final int UNUSED_MAX = 64;

    private final FrugalReads reads;
    private final ByteBuf buffer;
    private final ArrayDeque<Rest> unused = new ArrayDeque<>();

    /**
     * Makes one with a buffer.
     *
     * @param reads says how much to read when direct memory runs short
     */
    Copier(int bytes, FrugalReads reads) {
        this.reads = reads;
        buffer = ByteBufAllocator.DEFAULT.directBuffer(bytes, bytes);
    }

    @Override
    public Outcome move(Flow flow) {
        int limit = Math.min(Math.min(buffer.capacity(), reads.limitBytes()), flow.limitBytes());
        int bytes;
        try {
            bytes = flow.source().receive(buffer.memoryAddress(), limit);
        } catch (IOException e) {
            return Outcome.SOURCE_BROKEN;
        }
        if (bytes <= 0) {
            return bytes == 0 ? Outcome.DONE : Outcome.ENDED;
        }
        flow.countRead(bytes);
        int taken;
        try {
            taken = flow.sink().send(buffer.memoryAddress(), 0, bytes);
        } catch (IOException e) {
            return Outcome.SINK_BROKEN;
        }
        flow.countWritten(taken);
        if (taken < bytes) {
            flow.hold(rest(taken, bytes - taken));
            return Outcome.DONE;
        }
        return bytes == limit ? Outcome.MORE : Outcome.DONE;
    }

    private Rest rest(int index, int length) {
        Rest rest = unused.pollFirst();
        if (rest == null) {
            rest = new Rest();
        }
        rest.bytes = ByteBufAllocator.DEFAULT.directBuffer(length, length).writeBytes(buffer, index, length);
        return rest;
    }

    void close() {
        buffer.release();
    }

    /** What was read and not taken. */
    private final class Rest implements Held {
        private ByteBuf bytes = Unpooled.EMPTY_BUFFER;

        @Override
        public int drain(RawSocket sink) throws IOException {
            int taken = sink.send(bytes.memoryAddress(), bytes.readerIndex(), bytes.writerIndex());
            bytes.skipBytes(taken);
            return taken;
        }

        @Override
        public boolean isEmpty() {
            return !bytes.isReadable();
        }

        @Override
        public void release() {
            bytes.release();
            bytes = Unpooled.EMPTY_BUFFER;
            if (unused.size() < UNUSED_MAX) {
                unused.addFirst(this);
            }
        }
    }
}
