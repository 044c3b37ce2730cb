package io.weir.eventbus;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.ExceptionHandler;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequencer;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The ring between the event loops and the thread that owns every total. One a node.
 *
 * <p>Any thread may publish through a {@link LoopPublisher} of its own; exactly one consumer thread, which this class
 * starts, takes the slots in order. Publishing never waits: a full ring says so and the caller keeps what it has.
 */
public final class EventBus implements AutoCloseable {
    /** Slots by default: at one look in four milliseconds, room for 4 million events a second. */
    public static final int DEFAULT_SLOTS = 16_384;

    /** Slots in one batch at most, which bounds the size of what the consumer writes at once. */
    public static final int MAX_BATCH = 4_096;

    private final TickWait waiting;
    private final RingBuffer<RingSlot> ring;
    private final ConsumerAdapter adapter = new ConsumerAdapter();
    private final BatchEventProcessor<RingSlot> processor;
    private final Thread consumerThread;
    private final SessionIds sessionIds = new SessionIds();
    private final Admission admission = new Admission();
    private final QuotaBoard quotas = new QuotaBoard();
    private final BusCounters counters = new BusCounters();

    private EventBus(int slots, TickWait waiting) {
        this.waiting = waiting;
        ring = RingBuffer.createMultiProducer(RingSlot::new, slots, waiting);
        processor = new BatchEventProcessorBuilder()
                .setMaxBatchSize(Math.min(MAX_BATCH, slots))
                .build(ring, ring.newBarrier(), adapter);
        processor.setExceptionHandler(adapter);
        ring.addGatingSequences(processor.getSequence()); // here, or a ring that is not started overwrites itself
        consumerThread = new Thread(processor, "weir-aggregator");
        consumerThread.setDaemon(false);
    }

    /**
     * Makes a bus with an empty ring. What is published before {@link #start} waits in it.
     *
     * @param slots how many; a power of two
     * @throws IllegalArgumentException if it is not
     */
    public static EventBus create(int slots) {
        return create(slots, new TickWait());
    }

    static EventBus create(int slots, TickWait waiting) {
        if (slots < 2 || Integer.bitCount(slots) != 1) {
            throw new IllegalArgumentException("ring slots must be a power of two from 2 on, not " + slots);
        }
        return new EventBus(slots, waiting);
    }

    /** Starts the consumer thread. Called once. */
    public void start(BusConsumer consumer) {
        if (isStarted()) {
            throw new IllegalStateException("the bus has its consumer already");
        }
        adapter.consumer = consumer;
        consumerThread.start();
    }

    private boolean isStarted() {
        return consumerThread.getState() != Thread.State.NEW;
    }

    /** The ids of sessions. */
    public SessionIds sessionIds() {
        return sessionIds;
    }

    /** Whether sessions may begin. */
    public Admission admission() {
        return admission;
    }

    /** Whose quota is used up. */
    public QuotaBoard quotas() {
        return quotas;
    }

    /** How often the ring was full. */
    public BusCounters counters() {
        return counters;
    }

    /** Slots that hold something the consumer has not taken. Any thread; a moment's view. */
    public long backlog() {
        return ring.getBufferSize() - ring.remainingCapacity();
    }

    /** The place of the newest slot; {@link #taken} reaches it when all that is published now was taken. Any thread. */
    public long published() {
        return ring.getCursor();
    }

    /** The place of the slot that the consumer took last. Consumer thread only. */
    public long taken() {
        return adapter.taken;
    }

    /** Whether the consumer has failed, so that what is published is lost. Any thread. */
    public boolean isConsumerLost() {
        return adapter.isLost;
    }

    /** Slots in all. */
    public int slots() {
        return ring.getBufferSize();
    }

    /**
     * Makes the consumer call {@link BusConsumer#onIdle()} within a tick of a few milliseconds, or as soon as it has taken all
     * that is waiting, the end of which {@link BusConsumer#onSlot} says. Any thread.
     */
    public void wakeConsumer() {
        waiting.requestWake();
    }

    /** Publishes what the meter holds, unless the ring is full. The meter's event loop; allocates nothing. */
    boolean tryPublish(SessionMeter meter) {
        long sequence = tryClaim();
        if (sequence < 0) {
            return false;
        }
        try {
            ring.get(sequence).fill(meter);
        } finally {
            ring.publish(sequence); // a claimed slot is published whatever happens, or the ring stops
        }
        return true;
    }

    /** Publishes an event of no session, unless the ring is full. Any thread. */
    boolean tryPublish(LedgerEvent event, long atMillis) {
        long sequence = tryClaim();
        if (sequence < 0) {
            return false;
        }
        try {
            ring.get(sequence).fill(event, atMillis);
        } finally {
            ring.publish(sequence);
        }
        return true;
    }

    private long tryClaim() {
        try {
            return ring.tryNext();
        } catch (InsufficientCapacityException full) { // preallocated, without a stack
            return -1;
        }
    }

    /**
     * Waits until everything published was taken, then stops the consumer and waits for its thread. No event loop's
     * thread and not the consumer's; publishers must have ended.
     */
    @Override
    public void close() {
        if (!isStarted()) {
            return;
        }
        boolean interrupted = false;
        while (consumerThread.isAlive() && processor.getSequence().get() < ring.getCursor()) {
            LockSupport.parkNanos(TickWait.TICK_NANOS);
            interrupted |= Thread.interrupted();
        }
        processor.halt();
        while (consumerThread.isAlive()) {
            try {
                consumerThread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Turns the ring's callbacks into ours, clears each slot, and calls the consumer no more after its first failure.
     * The ring goes on being emptied, so that no event loop waits for a consumer that is lost. Consumer thread.
     */
    private static final class ConsumerAdapter implements EventHandler<RingSlot>, ExceptionHandler<RingSlot> {
        private @Nullable BusConsumer consumer; // null before the start and after a failure
        private long taken = Sequencer.INITIAL_CURSOR_VALUE;
        private volatile boolean isLost;

        @Override
        public void onEvent(RingSlot slot, long sequence, boolean endOfBatch) {
            taken = sequence;
            try {
                BusConsumer current = consumer;
                if (current != null) {
                    current.onSlot(slot, endOfBatch);
                }
            } finally {
                slot.clear();
            }
        }

        @Override
        public void onTimeout(long sequence) {
            BusConsumer current = consumer;
            if (current != null) {
                current.onIdle();
            }
        }

        @Override
        public void onShutdown() {
            BusConsumer current = consumer;
            if (current != null) {
                current.onStop();
            }
        }

        @Override
        public void handleEventException(Throwable failure, long sequence, @Nullable RingSlot slot) {
            fail(failure);
        }

        @Override
        public void handleOnStartException(Throwable failure) {
            fail(failure);
        }

        @Override
        public void handleOnShutdownException(Throwable failure) {
            fail(failure);
        }

        private void fail(Throwable failure) {
            BusConsumer current = consumer;
            consumer = null;
            isLost = true;
            if (current == null) {
                return;
            }
            try {
                current.onFailure(failure);
            } catch (Throwable again) { // it must not end the thread, or the ring would stay full
                tell(failure, again);
            }
        }

        private static void tell(Throwable failure, Throwable again) {
            try {
                if (!again.equals(failure)) { // the JVM has one for all when there is no memory
                    failure.addSuppressed(again);
                }
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
            } catch (Throwable untold) {
                return; // isLost says it
            }
        }
    }
}
