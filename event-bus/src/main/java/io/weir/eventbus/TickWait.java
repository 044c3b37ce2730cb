package io.weir.eventbus;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.TimeoutException;
import com.lmax.disruptor.WaitStrategy;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A wait strategy that costs nothing at idle and spares producers the system call that wakes a sleeper.
 *
 * <p>While events come, the consumer looks once a tick and producers only read a field. After {@link #GRACE_TICKS}
 * empty ticks it announces itself in {@code asleep} and parks; only then does a producer unpark it. The announcement
 * and the look at the cursor on one side, the publication and the look at {@code asleep} on the other are each
 * separated by a full fence, so one of the two always sees the other (Dekker's argument) and no wake-up is lost. A
 * parked consumer still looks every {@link #IDLE_CAP_NANOS}, to do its housekeeping, and then sleeps on at once: only
 * an event makes it tick again.
 *
 * <p>A tick is as long as an event loop lets a small delta wait. Each look costs two switches of context and, if there
 * was something, a record in the journal, which is most of what the consumer costs; what comes in between is merged.
 *
 * <p>Latency is at most one tick. For one consumer thread, which nobody interrupts: an interrupt is dropped, because
 * a thread that has one pending cannot park and would spin.
 */
final class TickWait implements WaitStrategy {
    static final long TICK_NANOS = 4_000_000L;
    static final int GRACE_TICKS = 12;
    static final long IDLE_CAP_NANOS = 500_000_000L;

    private final int graceTicks;
    private final long idleCapNanos;
    private final LongAdder unparks = new LongAdder();
    private volatile @Nullable Thread asleep;
    private volatile boolean wakeRequested;
    private int emptyTicks; // since the last event; consumer thread only

    TickWait() {
        this(GRACE_TICKS, IDLE_CAP_NANOS);
    }

    TickWait(int graceTicks, long idleCapNanos) {
        this.graceTicks = graceTicks;
        this.idleCapNanos = idleCapNanos;
    }

    @Override
    public long waitFor(long sequence, Sequence cursor, Sequence dependent, SequenceBarrier barrier)
            throws AlertException, TimeoutException {
        long available;
        while ((available = dependent.get()) < sequence) {
            barrier.checkAlert();
            if (wakeRequested) {
                wakeRequested = false;
                throw TimeoutException.INSTANCE;
            }
            if (emptyTicks < graceTicks) {
                emptyTicks++;
                park(TICK_NANOS);
                continue;
            }
            sleepUnlessPublished(sequence, cursor, barrier);
            if (dependent.get() < sequence && !wakeRequested) {
                throw TimeoutException.INSTANCE;
            }
        }
        emptyTicks = 0;
        return available;
    }

    private void sleepUnlessPublished(long sequence, Sequence cursor, SequenceBarrier barrier) throws AlertException {
        asleep = Thread.currentThread();
        VarHandle.fullFence();
        try {
            if (cursor.get() < sequence && !wakeRequested) {
                barrier.checkAlert();
                park(idleCapNanos);
            }
        } finally {
            asleep = null;
        }
    }

    private void park(long nanos) {
        LockSupport.parkNanos(this, nanos);
        Thread.interrupted();
    }

    @Override
    public void signalAllWhenBlocking() {
        VarHandle.fullFence();
        Thread sleeper = asleep;
        if (sleeper != null) {
            asleep = null; // one of the producers is enough
            unparks.increment();
            LockSupport.unpark(sleeper);
        }
    }

    /** Makes the consumer call its idle work soon, even if nothing is published. Any thread. */
    void requestWake() {
        wakeRequested = true;
        signalAllWhenBlocking();
    }

    /** Whether the consumer ticks no more, so that the next to publish has to wake it. Any thread; a moment's view. */
    boolean isAsleep() {
        return asleep != null;
    }

    /** How often somebody had to wake the consumer. */
    long unparks() {
        return unparks.sum();
    }
}
