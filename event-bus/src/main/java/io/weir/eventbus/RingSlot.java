package io.weir.eventbus;

import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import org.jspecify.annotations.Nullable;

/**
 * A place in the ring, allocated once. It carries all that one session has to say since its last slot, in this order:
 * that it opened, by what it is carried, what it turned out to carry, that its origin is connected, a delta, the facts of its exchange, that it
 * closed. Or it carries one event of no session.
 *
 * <p>One slot for all of it means that a session never waits half-published, and that the order of its events needs
 * no protocol. Written by the publishing event loop, read by the consumer inside {@link BusConsumer#onSlot}, which
 * clears it.
 */
public final class RingSlot {
    private long sessionId;
    private @Nullable SessionOpened opened;
    private long openedAtMillis;
    private @Nullable SessionRoute route;
    private @Nullable SessionProtocol detected;
    private long detectedAtMillis;
    private @Nullable String originAddress;
    private long originConnectedAtMillis;
    private final Counts delta = new Counts();
    private @Nullable ExchangeCompleted exchange;
    private @Nullable SessionClosed closed;
    private long closedAtMillis;
    private @Nullable LedgerEvent notice;
    private long noticeAtMillis;

    RingSlot() {}

    void fill(SessionMeter meter) {
        sessionId = meter.id();
        opened = meter.unpublishedOpening();
        openedAtMillis = meter.openedAtMillis();
        route = meter.unpublishedRoute();
        detected = meter.unpublishedProtocol();
        detectedAtMillis = meter.detectedAtMillis();
        originAddress = meter.unpublishedOriginAddress();
        originConnectedAtMillis = meter.originConnectedAtMillis();
        delta.set(meter.unpublished());
        exchange = meter.unpublishedExchange();
        closed = meter.unpublishedClosing();
        closedAtMillis = meter.closedAtMillis();
    }

    void fill(LedgerEvent event, long atMillis) {
        notice = event;
        noticeAtMillis = atMillis;
    }

    void clear() {
        opened = null;
        route = null;
        detected = null;
        originAddress = null;
        delta.clear();
        exchange = null;
        closed = null;
        notice = null;
    }

    /** The session; meaningless if there is a {@link #notice()}. */
    public long sessionId() {
        return sessionId;
    }

    /** That the session opened, if it did. */
    public @Nullable SessionOpened opened() {
        return opened;
    }

    /** When it opened, in ms since the epoch. */
    public long openedAtMillis() {
        return openedAtMillis;
    }

    /** By what it is carried, if that is news. */
    public @Nullable SessionRoute route() {
        return route;
    }

    /** What the session turned out to carry, if that was seen since the last slot. */
    public @Nullable SessionProtocol detected() {
        return detected;
    }

    /** When that was seen, in ms since the epoch. */
    public long detectedAtMillis() {
        return detectedAtMillis;
    }

    /** The origin's address, if it was connected since the last slot. */
    public @Nullable String originAddress() {
        return originAddress;
    }

    /** When the origin was connected, in ms since the epoch. */
    public long originConnectedAtMillis() {
        return originConnectedAtMillis;
    }

    /** What to add; all zero if nothing moved. The slot's own: copy it, do not keep it. */
    public Counts delta() {
        return delta;
    }

    /** The facts of the session's exchange, if it completed. */
    public @Nullable ExchangeCompleted exchange() {
        return exchange;
    }

    /** That the session closed, if it did. */
    public @Nullable SessionClosed closed() {
        return closed;
    }

    /** When it closed, in ms since the epoch. */
    public long closedAtMillis() {
        return closedAtMillis;
    }

    /** An event of no session; then nothing else in the slot counts. */
    public @Nullable LedgerEvent notice() {
        return notice;
    }

    /** When the notice was given, in ms since the epoch. */
    public long noticeAtMillis() {
        return noticeAtMillis;
    }
}
