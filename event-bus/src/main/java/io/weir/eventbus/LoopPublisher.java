package io.weir.eventbus;

import io.weir.eventbus.LedgerEvent.SessionOpened;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what the sessions of one event loop have to say. One a loop; that loop only, so all fields are plain.
 *
 * <p>A session that has something to say joins a queue once, however often it adds to it, and the loop publishes the
 * queue every few milliseconds. Opening, closing and a large delta are published at once. When the ring is full the
 * session stays at the head of the queue with all it has, which later bytes simply join: time resolution is lost,
 * bytes never are, and nothing waits.
 */
public final class LoopPublisher {
    /** How long a small delta may wait. */
    public static final long INTERVAL_MILLIS = 4;

    /** A delta of this size goes out at once. */
    public static final long LARGE_DELTA_BYTES = 1 << 20;

    /** Sessions that ended and still wait for a slot, from which on no new session should begin. */
    public static final int BACKLOG_LIMIT = 65_536;

    private final EventBus bus;
    private final PublishTimer timer;
    private final LongSupplier clockMillis;
    private final Runnable publishPending = this::publishOnTimer;
    private final ArrayDeque<Notice> notices = new ArrayDeque<>();
    private @Nullable SessionMeter head;
    private @Nullable SessionMeter tail;
    private int queued;
    private boolean timerRuns;

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

    /** Opens a session and publishes that. The id must come from {@link EventBus#sessionIds()}. */
    public SessionMeter open(SessionOpened opened) {
        SessionMeter meter = new SessionMeter(this, opened, clockMillis.getAsLong());
        publishNow(meter);
        return meter;
    }

    /** Publishes an event of no session; if the ring is full it waits with the loop, in order among its like. */
    public void publish(LedgerEvent event) {
        notices.add(new Notice(event, clockMillis.getAsLong()));
        publishNotices();
        if (!notices.isEmpty()) {
            startTimer();
        }
    }

    /** Offers all that waits to the ring, until it is full. */
    public void publishPending() {
        publishNotices();
        while (head != null) {
            SessionMeter meter = head;
            if (meter.hasUnpublished() && !offer(meter)) {
                break;
            }
            head = meter.nextQueued;
            meter.nextQueued = null;
            meter.isQueued = false;
            queued--;
        }
        if (head == null) {
            tail = null;
        }
    }

    /** Whether anything waits to be published. */
    public boolean hasPending() {
        return head != null || !notices.isEmpty();
    }

    /** Whether so much waits that no new session should begin on this loop. */
    public boolean isBacklogged() {
        return queued > BACKLOG_LIMIT || notices.size() > BACKLOG_LIMIT;
    }

    long nowMillis() {
        return clockMillis.getAsLong();
    }

    /** The meter has something new to say, which may wait a little. */
    void publishSoon(SessionMeter meter) {
        if (!meter.isQueued) {
            enqueue(meter);
            startTimer();
        }
    }

    /** The meter has something to say that should not wait, unless it must. */
    void publishNow(SessionMeter meter) {
        if (!offer(meter)) {
            publishSoon(meter);
        }
    }

    void countMerge() {
        bus.counters().countMerge();
    }

    private boolean offer(SessionMeter meter) {
        if (bus.tryPublish(meter)) {
            meter.published();
            return true;
        }
        meter.deferred();
        bus.counters().countWait();
        return false;
    }

    private void publishNotices() {
        Notice notice;
        while ((notice = notices.peek()) != null && bus.tryPublish(notice.event, notice.atMillis)) {
            notices.remove();
        }
    }

    private void enqueue(SessionMeter meter) {
        meter.isQueued = true;
        queued++;
        if (tail == null) {
            head = meter;
        } else {
            tail.nextQueued = meter;
        }
        tail = meter;
    }

    private void startTimer() {
        if (!timerRuns) {
            timerRuns = true;
            timer.schedule(publishPending, INTERVAL_MILLIS);
        }
    }

    private void publishOnTimer() {
        timerRuns = false;
        publishPending();
        if (hasPending()) {
            startTimer();
        }
    }

    private record Notice(LedgerEvent event, long atMillis) {}
}
