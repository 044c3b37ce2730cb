package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;

/**
 * Moves bytes through one buffer that all flows of an event loop share: a flow has memory of its own only while its sink does not take
 * what was read. Event loop only; steady state allocates nothing.
 */
final class Copier implements Mover {
    private final FrugalReads reads;
    private final ByteBuf buffer;

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
        int limit = Math.min(buffer.capacity(), reads.limitBytes());
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
            flow.hold(new Rest(buffer, taken, bytes - taken));
            return Outcome.DONE;
        }
        return bytes == limit ? Outcome.MORE : Outcome.DONE;
    }

    void close() {
        buffer.release();
    }

    /** What was read and not taken. */
    private static final class Rest implements Held {
        private final ByteBuf bytes;

        Rest(ByteBuf source, int index, int length) {
            bytes = ByteBufAllocator.DEFAULT.directBuffer(length, length).writeBytes(source, index, length);
        }

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
        }
    }
}
