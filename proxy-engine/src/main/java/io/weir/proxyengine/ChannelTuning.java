package io.weir.proxyengine;

import io.netty.channel.WriteBufferWaterMark;

/**
 * How much of a stream is in user space. Reads grow to 128 KiB while they fill up, which saves system calls in bulk; two reads a wake-up
 * keep one tunnel from holding the loop; a peer that does not take what was read stops the reading at once; reads get
 * small when direct memory runs short.
 */
final class ChannelTuning {
    private static final int READ_MIN_BYTES = 2 * 1024;
    private static final int READ_START_BYTES = 16 * 1024;
    private static final int READ_MAX_BYTES = 128 * 1024;
    private static final int READS_PER_WAKEUP = 2;
    private static final int LOW_WATER_BYTES = 32 * 1024;
    static final int HIGH_WATER_BYTES = 64 * 1024;

    private ChannelTuning() {}

    static FrugalReads receiveBuffers() {
        return new FrugalReads(READ_MIN_BYTES, READ_START_BYTES, READ_MAX_BYTES, READS_PER_WAKEUP);
    }

    static WriteBufferWaterMark waterMark() {
        return new WriteBufferWaterMark(LOW_WATER_BYTES, HIGH_WATER_BYTES);
    }
}
