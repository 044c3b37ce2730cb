package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.internal.PlatformDependent;
import org.jspecify.annotations.Nullable;

/**
 * Buffers to read into: they grow while reads fill them, up to a limit that falls as direct memory runs short. So thousands of clients that stop
 * reading cannot use up the memory that others need: each holds at most one read. Any event loop.
 */
final class FrugalReads implements RecvByteBufAllocator {
    private static final int SCARCE_BYTES = 4 * 1024;
    private static final int SMALL_BYTES = 16 * 1024;

    private final AdaptiveRecvByteBufAllocator sizes;
    private final int maxBytes;
    private volatile int limitBytes;

    FrugalReads(int minBytes, int startBytes, int maxBytes, int readsPerWakeup) {
        sizes = new AdaptiveRecvByteBufAllocator(minBytes, startBytes, maxBytes);
        sizes.maxMessagesPerRead(readsPerWakeup);
        this.maxBytes = maxBytes;
        limitBytes = maxBytes;
    }

    /** Sets the limit by how much of the direct memory is in use. Any thread, now and then. */
    void adapt(ByteBufAllocator allocator) {
        if (allocator instanceof ByteBufAllocatorMetricProvider provider) {
            limitBytes = limitFor(provider.metric().usedDirectMemory(), PlatformDependent.maxDirectMemory());
        }
    }

    /** The largest read to make now. */
    int limitBytes() {
        return limitBytes;
    }

    int limitFor(long usedBytes, long availableBytes) {
        if (usedBytes > availableBytes / 4 * 3) {
            return SCARCE_BYTES;
        }
        return usedBytes > availableBytes / 4 ? SMALL_BYTES : maxBytes;
    }

    @Override
    public ExtendedHandle newHandle() {
        return new LimitedHandle(sizes.newHandle());
    }

    /** Netty's handle, with the limit put on what it allocates. */
    private final class LimitedHandle extends DelegatingHandle implements ExtendedHandle {
        private @Nullable PacedReads paced; // in this round of reads
        private long leftBytes;

        @SuppressWarnings("deprecation") // Netty's name for what it gives; there is no other
        LimitedHandle(Handle handle) {
            super(handle);
        }

        @Override
        public void reset(ChannelConfig config) {
            paced = config.getRecvByteBufAllocator() instanceof PacedReads reads ? reads : null;
            if (paced != null) {
                leftBytes = paced.roundBytes();
            }
            super.reset(config);
        }

        @Override
        public int guess() {
            int bytes = Math.min(delegate().guess(), limitBytes);
            return paced == null ? bytes : (int) Math.min(bytes, leftBytes);
        }

        @Override
        public void lastBytesRead(int bytes) {
            if (bytes > 0) {
                leftBytes -= bytes;
            }
            super.lastBytesRead(bytes);
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            return allocator.ioBuffer(guess());
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier mayHaveMore) {
            return (paced == null || leftBytes > 0) && ((ExtendedHandle) delegate()).continueReading(mayHaveMore);
        }
    }
}
