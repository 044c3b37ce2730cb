package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

/** How large a read is when memory is short. */
class FrugalReadsTest {
    private static final int MAX = 128 * 1024;

    private final FrugalReads reads = new FrugalReads(2048, 16 * 1024, MAX, 2);

    @Test
    void readsGetSmallerAsDirectMemoryRunsShort() {
        assertThat(reads.limitFor(0, 512L << 20)).isEqualTo(MAX);
        assertThat(reads.limitFor(100L << 20, 512L << 20)).isEqualTo(MAX);
        assertThat(reads.limitFor(200L << 20, 512L << 20)).isEqualTo(16 * 1024);
        assertThat(reads.limitFor(400L << 20, 512L << 20)).isEqualTo(4 * 1024);
    }

    @Test
    void aReadThatFillsItsBufferMakesTheNextOneLarger() {
        var handle = reads.newHandle();
        int first = handle.guess();
        for (int i = 0; i < 4; i++) {
            handle.attemptedBytesRead(handle.guess());
            handle.lastBytesRead(handle.guess());
            handle.readComplete();
        }

        ByteBuf buffer = handle.allocate(UnpooledByteBufAllocator.DEFAULT);
        assertThat(buffer.capacity()).isGreaterThan(first).isLessThanOrEqualTo(MAX);
        buffer.release();
    }
}
