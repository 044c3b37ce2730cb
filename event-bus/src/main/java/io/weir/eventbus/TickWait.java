package io.weir.eventbus;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.TimeoutException;
import com.lmax.disruptor.WaitStrategy;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A wait strategy that costs nothing at idle and spares producers the system call that wakes a sleeper.
 *
 * <p>While events come, the consumer looks once a tick and producers only read a field. After {@link #GRACE_TICKS}
 * empty ticks it announces itself in {@code asleep} and parks; only then does a producer unpark it. The announcement
 * and the look at the cursor on one side, the publication and the look at {@code asleep} on the other are each
 * separated by a full fence, so one of the two always sees the other (Dekker's argument) and no wake-up is lost. A
 * parked consumer still looks every {@link #IDLE_CAP_NANOS}, to do its housekeeping.
 *
 * <p>Latency is at most one tick. For one consumer thread.
 */
final class TickWait implements WaitStrategy {
    static final long TICK_NANOS = 1_000_000L;
    static final int GRACE_TICKS = 50;
    static final long IDLE_CAP_NANOS = 500_000_000L;

    private volatile @Nullable Thread asleep;
    private volatile boolean wakeRequested;

    @Override
    public long waitFor(long sequence, Sequence cursor, Sequence dependent, SequenceBarrier barrier)
            throws AlertException, TimeoutException {
        int emptyTicks = 0;
        long available;
        while ((available = dependent.get()) < sequence) {
            barrier.checkAlert();
            if (wakeRequested) {
                wakeRequested = false;
                throw TimeoutException.INSTANCE;
            }
            if (emptyTicks++ < GRACE_TICKS) {
                LockSupport.parkNanos(this, TICK_NANOS);
                continue;
            }
            sleepUnlessPublished(sequence, cursor, barrier);
            if (dependent.get() < sequence) {
                throw TimeoutException.INSTANCE;
            }
        }
        return available;
    }

    private void sleepUnlessPublished(long sequence, Sequence cursor, SequenceBarrier barrier) throws AlertException {
        asleep = Thread.currentThread();
        VarHandle.fullFence();
        try {
            if (cursor.get() < sequence && !wakeRequested) {
                barrier.checkAlert();
                LockSupport.parkNanos(this, IDLE_CAP_NANOS);
            }
        } finally {
            asleep = null;
        }
    }

    @Override
    public void signalAllWhenBlocking() {
        VarHandle.fullFence();
        Thread sleeper = asleep;
        if (sleeper != null) {
            asleep = null;
            LockSupport.unpark(sleeper);
        }
    }

    /** Makes the consumer call its idle work soon, even if nothing is published. Any thread. */
    void requestWake() {
        wakeRequested = true;
        signalAllWhenBlocking();
    }
}
