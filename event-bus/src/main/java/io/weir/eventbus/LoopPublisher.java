package io.weir.eventbus;

import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.Pending.Notice;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;

/**
 * Publishes what the sessions of one event loop have to say. One a loop; that loop only, so all fields are plain.
 *
 * <p>A session that has something to say joins a queue once, however often it adds to it, and the loop publishes the
 * queue every few milliseconds. Opening, closing and a large delta are published at once. An opening may also wait for
 * the queue's turn: a session that is over before that has said all in one slot. When the ring is full the loop is
 * held up: all that comes lines up in the queue, and a session there keeps all it has, which later bytes simply join.
 * Time resolution is lost, bytes never are, and nothing waits.
 *
 * <p>What a session says stays in order, always. Openings that do not wait and events of no session stay in order among
 * each other. The close of an intercepted tunnel comes after all that was said before it, so after its exchanges' closes.
 */
public final class LoopPublisher {
    /** How long a small delta may wait. */
    public static final long INTERVAL_MILLIS = 4;

    /** A delta of this size, over all six counts, goes out at once. */
    public static final long LARGE_DELTA_BYTES = 1 << 20;

    /** Sessions and events that wait for a slot, beyond which no new session should begin. */
    public static final int BACKLOG_LIMIT = 65_536;

    private final EventBus bus;
    private final PublishTimer timer;
    private final LongSupplier clockMillis;
    private final Runnable publishOnTimer = this::publishOnTimer;
    private final ArrayDeque<Pending> queue = new ArrayDeque<>();
    private boolean isHeldUp; // the ring was full when last asked; then the queue is not empty
    private boolean timerRuns;
    private volatile int waiting; // written only while the ring is full or was, so it costs nothing otherwise

    /**
     * Makes the publisher of one loop.
     *
     * @param clockMillis wall clock, in ms since the epoch
     */
    public LoopPublisher(EventBus bus, PublishTimer timer, LongSupplier clockMillis) {
        this.bus = bus;
        this.timer = timer;
        this.clockMillis = clockMillis;
    }

    /**
     * Opens a session and publishes that. The id must come from {@link EventBus#sessionIds()}.
     *
     * @param route what is known of it
     * @throws IllegalArgumentException if the id is {@link SessionIds#NONE} or can't be one
     */
    public SessionMeter open(SessionOpened opened, SessionRoute route) {
        SessionMeter meter = meter(opened, route);
        publishNow(meter);
        return meter;
    }

    /**
     * Opens a session and publishes that with the queue's next turn, or with the first thing about it that can't wait.
     * For sessions that are expected to be short. Throws as {@link #open} does.
     */
    public SessionMeter openSoon(SessionOpened opened, SessionRoute route) {
        SessionMeter meter = meter(opened, route);
        publishSoon(meter);
        return meter;
    }

    /** As {@link #open}, of what no route is known. */
    public SessionMeter open(SessionOpened opened) {
        return open(opened, SessionRoute.NONE);
    }

    /** As {@link #openSoon}, of what no route is known. */
    public SessionMeter openSoon(SessionOpened opened) {
        return openSoon(opened, SessionRoute.NONE);
    }

    private SessionMeter meter(SessionOpened opened, SessionRoute route) {
        long id = opened.sessionId();
        if (id <= SessionIds.NONE || id >= SessionIds.LIMIT) {
            throw new IllegalArgumentException("session opened without an id: " + opened);
        }
        return new SessionMeter(this, opened, route, clockMillis.getAsLong());
    }

    /** Publishes an event of no session; if the ring is full it waits with the loop, in order. */
    public void publish(LedgerEvent event) {
        publish(event, () -> {});
    }

    /**
     * The same, and tells when the event has its place in the ring: whatever is published after that, by whatever loop, stands behind it.
     *
     * @param published called once, by the loop, within this call or when there is room; it must neither publish nor throw
     */
    public void publish(LedgerEvent event, Runnable published) {
        publishNow(new Notice(event, clockMillis.getAsLong(), published));
    }

    /** Publishes an event that names a session of this loop, after what that session itself has to say. */
    public void publish(SessionMeter named, LedgerEvent event) {
        publishNow(named);
        publish(event);
    }

    /** Offers all that waits to the ring, until it is full. */
    public void publishPending() {
        Pending first;
        while ((first = queue.peek()) != null && offer(first)) {
            queue.remove();
            first.isQueued = first.hasLaterPlace;
            first.hasLaterPlace = false;
        }
        noteWaiting();
    }

    private void noteWaiting() {
        if (isHeldUp || waiting > 0) {
            waiting = isHeldUp ? queue.size() : 0;
        }
    }

    /** Sessions and events that wait for a slot; 0 while the ring is not full. Any thread; some milliseconds old. */
    public int waiting() {
        return waiting;
    }

    /** Whether anything waits to be published. */
    public boolean hasPending() {
        return !queue.isEmpty();
    }

    /** Whether so much waits that no new session should begin on this loop. */
    public boolean isBacklogged() {
        return queue.size() > BACKLOG_LIMIT;
    }

    long nowMillis() {
        return clockMillis.getAsLong();
    }

    /** Whether the ring was full, so that what waits here would be in it otherwise. */
    boolean isHeldUp() {
        return isHeldUp;
    }

    /** Publishes with the queue's next turn. */
    void publishSoon(Pending pending) {
        if (!pending.isQueued) {
            pending.isQueued = true;
            queue.add(pending);
            startTimer();
        }
    }

    /** Publishes at once, unless the ring is full or others line up for it already. */
    void publishNow(Pending pending) {
        if (isHeldUp || !offer(pending)) {
            publishSoon(pending);
        }
    }

    /** As {@link #publishNow}, but the last word comes behind all that lines up by now. Once. */
    void publishLast(Pending pending) {
        if (pending.isQueued && isHeldUp) {
            pending.hasLaterPlace = true;
            queue.add(pending);
        } else {
            publishNow(pending);
        }
    }

    void countMerge() {
        bus.counters().countMerge();
    }

    private boolean offer(Pending pending) {
        isHeldUp = !pending.tryPublish(bus);
        if (isHeldUp) {
            bus.counters().countWait();
        }
        return !isHeldUp;
    }

    private void startTimer() {
        if (!timerRuns) {
            timer.schedule(publishOnTimer, INTERVAL_MILLIS);
            timerRuns = true;
        }
    }

    private void publishOnTimer() {
        timerRuns = false;
        publishPending();
        if (hasPending()) {
            startTimer();
        }
    }
}
