package io.weir.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AllocationTest {
    private static final int OPERATIONS = 200_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final EventBus bus = EventBus.create(1_024);
    private Runnable timer = () -> {};
    private final LoopPublisher publisher = new LoopPublisher(bus, (task, delay) -> timer = task, () -> 0);
    private final SessionMeter meter = publisher.open(TestLoop.opening(1));
    private final SessionMeter other = publisher.open(TestLoop.opening(2));

    private static long allocatedBytes() {
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private void smallDeltas() {
        for (int i = 0; i < OPERATIONS; i++) {
            meter.up(100);
            meter.originUp(100);
            other.down(200);
            timer.run();
        }
    }

    private void largeDeltas() {
        for (int i = 0; i < OPERATIONS; i++) {
            meter.originDown(LoopPublisher.LARGE_DELTA_BYTES);
            meter.down(LoopPublisher.LARGE_DELTA_BYTES);
        }
    }

    private long bytesAllocatedBy(Runnable work) {
        work.run(); // warm
        long before = allocatedBytes();
        work.run();
        return allocatedBytes() - before;
    }

    @Test
    void publishingDeltasAllocatesNothing() {
        try (bus) {
            bus.start(new Nobody());

            assertThat(bytesAllocatedBy(this::smallDeltas)).isLessThan(OPERATIONS / 100);
            assertThat(bytesAllocatedBy(this::largeDeltas)).isLessThan(OPERATIONS / 100);
        }
    }

    @Test
    void aFullRingAllocatesNothing() {
        while (!publisher.hasPending()) {
            meter.up(LoopPublisher.LARGE_DELTA_BYTES);
        }

        assertThat(bytesAllocatedBy(this::smallDeltas)).isLessThan(OPERATIONS / 100);
        assertThat(bus.counters().merges()).isGreaterThan(OPERATIONS);
    }

    @Test
    void theConsumerThreadAllocatesNothing() {
        var bytes = new long[2];
        var consumer = new Nobody() {
            private long slots;

            @Override
            public void onSlot(RingSlot slot, boolean endOfBatch) {
                slots++;
                if (slots == OPERATIONS / 2) {
                    bytes[0] = allocatedBytes();
                } else if (slots > OPERATIONS / 2) {
                    bytes[1] = allocatedBytes();
                }
            }
        };
        bus.start(consumer);
        while (consumer.slots < OPERATIONS) {
            smallDeltas();
        }
        bus.close();

        assertThat(bytes[1] - bytes[0]).isLessThan(OPERATIONS / 100);
    }

    private static class Nobody implements BusConsumer {
        @Override
        public void onSlot(RingSlot slot, boolean endOfBatch) {}

        @Override
        public void onIdle() {}

        @Override
        public void onStop() {}

        @Override
        public void onFailure(Throwable failure) {
            throw new AssertionError(failure);
        }
    }
}
