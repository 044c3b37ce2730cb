package io.weir.eventbus;

import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts what one session moves. One a session, owned by the event loop of its channels, so the fields are plain and
 * adding to them allocates nothing.
 *
 * <p>It keeps the session's absolute totals and, apart from them, what was not published yet. Closing states the
 * totals, so that the consumer can check that the deltas it got add up to them.
 */
public final class SessionMeter extends Pending {
    private final LoopPublisher publisher;
    private final long id;
    private final String user;
    private final long openedAtMillis;
    private final Counts total = new Counts();
    private final Counts unpublished = new Counts();
    private long unpublishedBytes; // over all six counts
    private @Nullable SessionOpened unpublishedOpening;
    private SessionRoute route;
    private @Nullable SessionRoute unpublishedRoute;
    private @Nullable SessionProtocol unpublishedProtocol;
    private long detectedAtMillis;
    private boolean isIntercepted;
    private @Nullable String unpublishedOriginAddress;
    private long originConnectedAtMillis;
    private @Nullable ExchangeCompleted unpublishedExchange;
    private @Nullable Consumer<CloseReason> closing;
    private @Nullable Runnable afterClose;
    private @Nullable SessionClosed closed;
    private @Nullable SessionClosed unpublishedClosing;
    private long closedAtMillis;

    SessionMeter(LoopPublisher publisher, SessionOpened opened, SessionRoute route, long openedAtMillis) {
        this.publisher = publisher;
        this.id = opened.sessionId();
        this.user = opened.user();
        this.unpublishedOpening = opened;
        this.route = route;
        this.unpublishedRoute = route.equals(SessionRoute.NONE) ? null : route;
        this.openedAtMillis = openedAtMillis;
    }

    /** The session's id. */
    public long id() {
        return id;
    }

    /** Who the client authenticated as when the session was opened; empty if nobody. */
    public String user() {
        return user;
    }

    /** The session's totals so far; the meter's own, to be read on its loop. */
    public Counts total() {
        return total;
    }

    /** When the session was opened, in ms since the epoch. */
    public long openedAtMillis() {
        return openedAtMillis;
    }

    /** Whether it was not closed yet. */
    public boolean isOpen() {
        return closed == null;
    }

    /**
     * Payload was read from the client.
     *
     * @throws IllegalStateException if the session is closed
     * @throws IllegalArgumentException if {@code bytes} is negative
     * @throws ArithmeticException if the total passes 2^63−1; in all three cases nothing was added
     */
    public void up(long bytes) {
        requireCountable(bytes);
        total.addUp(bytes);
        unpublished.addUp(bytes);
        added(bytes);
    }

    /** A write of payload to the client completed. Throws as {@link #up} does. */
    public void down(long bytes) {
        requireCountable(bytes);
        total.addDown(bytes);
        unpublished.addDown(bytes);
        added(bytes);
    }

    /** Something other than payload was read from the client. Throws as {@link #up} does. */
    public void overheadUp(long bytes) {
        requireCountable(bytes);
        total.addOverheadUp(bytes);
        unpublished.addOverheadUp(bytes);
        added(bytes);
    }

    /** A write of something other than payload to the client completed. Throws as {@link #up} does. */
    public void overheadDown(long bytes) {
        requireCountable(bytes);
        total.addOverheadDown(bytes);
        unpublished.addOverheadDown(bytes);
        added(bytes);
    }

    /** A write to the origin completed. Throws as {@link #up} does. */
    public void originUp(long bytes) {
        requireCountable(bytes);
        total.addOriginUp(bytes);
        unpublished.addOriginUp(bytes);
        added(bytes);
    }

    /** Something was read from the origin. Throws as {@link #up} does. */
    public void originDown(long bytes) {
        requireCountable(bytes);
        total.addOriginDown(bytes);
        unpublished.addOriginDown(bytes);
        added(bytes);
    }

    /** What a tunnel carries has shown; see {@link LedgerEvent.ProtocolDetected}. */
    public void protocolDetected(SessionProtocol protocol) {
        requireOpen();
        isIntercepted = true;
        unpublishedProtocol = protocol;
        detectedAtMillis = publisher.nowMillis();
        publisher.publishNow(this);
    }

    /**
     * By which rule it is carried or refused, and by which way.
     *
     * @param rule its name, {@code default} if none decided; empty if there are none
     * @param upstream name of the proxy that it is passed on to; empty if it goes to its origin
     */
    public void routed(String rule, String upstream) {
        requireOpen();
        if (!rule.equals(route.rule()) || !upstream.equals(route.upstream())) {
            route = new SessionRoute(route.configVersion(), rule, upstream);
            unpublishedRoute = route;
            publisher.publishSoon(this);
        }
    }

    /** By what it is carried, as far as that is known. */
    public SessionRoute route() {
        return route;
    }

    /** The origin's leg stands. */
    public void originConnected(String address) {
        requireOpen();
        unpublishedOriginAddress = address;
        originConnectedAtMillis = publisher.nowMillis();
        publisher.publishSoon(this);
    }

    /**
     * States the facts of the session's exchange, which go out with the close or, if that comes late, before it. Its sizes
     * are the session's totals now: the consumer compares them with the deltas before this, so nothing may be added between
     * taking them and this call, and what is added later is not in them.
     */
    public void exchangeCompleted(ExchangeCompleted exchange) {
        requireOpen();
        unpublishedExchange = exchange;
        publisher.publishSoon(this);
    }

    /** Adds who is asked, once, when the session is about to close and can still have something stated about it; in the order in which they were added. */
    public void beforeClose(Consumer<CloseReason> task) {
        requireOpen();
        Consumer<CloseReason> before = closing;
        closing = before == null ? task : before.andThen(task);
    }

    /** Sets what is done, once, when the session has closed: what it held is given back. */
    public void afterClose(Runnable task) {
        requireOpen();
        afterClose = task;
    }

    /**
     * Ends the session and publishes that with whatever was not published yet. Nothing may be added afterwards. The
     * exchanges of an intercepted tunnel are closed before it.
     *
     * @param status status code that the client got; 0 if none
     */
    public void close(CloseReason reason, int status) {
        requireOpen();
        Consumer<CloseReason> asked = closing;
        closing = null;
        if (asked != null) {
            asked.accept(reason);
        }
        closed = new SessionClosed(id, reason, status, total.toTally());
        unpublishedClosing = closed;
        closedAtMillis = publisher.nowMillis();
        if (isIntercepted) {
            publisher.publishLast(this); // its exchanges may still line up, and end before it
        } else {
            publisher.publishNow(this);
        }
        Runnable task = afterClose;
        if (task != null) {
            task.run();
        }
    }

    private void requireOpen() {
        if (closed != null) {
            throw new IllegalStateException("session " + id + " is closed already: " + closed.reason());
        }
    }

    private void requireCountable(long bytes) {
        if (closed != null) {
            throw new IllegalStateException("session " + id + " moved " + bytes + " bytes after it was closed");
        }
        if (bytes < 0) {
            throw new IllegalArgumentException("session " + id + " moved " + bytes + " bytes");
        }
    }

    private void added(long bytes) {
        if (publisher.isHeldUp() && unpublishedBytes != 0) {
            publisher.countMerge();
        }
        unpublishedBytes += bytes;
        if (unpublishedBytes >= LoopPublisher.LARGE_DELTA_BYTES) {
            publisher.publishNow(this);
        } else {
            publisher.publishSoon(this);
        }
    }

    @Override
    boolean tryPublish(EventBus bus) {
        if (!hasUnpublished()) {
            return true;
        }
        if (!bus.tryPublish(this)) {
            return false;
        }
        unpublished.clear();
        unpublishedBytes = 0;
        unpublishedOpening = null;
        unpublishedRoute = null;
        unpublishedProtocol = null;
        unpublishedOriginAddress = null;
        unpublishedExchange = null;
        if (!hasLaterPlace) {
            unpublishedClosing = null;
        }
        return true;
    }

    private boolean hasUnpublished() {
        return !unpublished.isZero()
                || unpublishedOpening != null
                || unpublishedRoute != null
                || unpublishedProtocol != null
                || unpublishedOriginAddress != null
                || unpublishedExchange != null
                || unpublishedClosing() != null;
    }

    @Nullable SessionOpened unpublishedOpening() {
        return unpublishedOpening;
    }

    @Nullable SessionRoute unpublishedRoute() {
        return unpublishedRoute;
    }

    @Nullable SessionProtocol unpublishedProtocol() {
        return unpublishedProtocol;
    }

    long detectedAtMillis() {
        return detectedAtMillis;
    }

    @Nullable ExchangeCompleted unpublishedExchange() {
        return unpublishedExchange;
    }

    @Nullable String unpublishedOriginAddress() {
        return unpublishedOriginAddress;
    }

    long originConnectedAtMillis() {
        return originConnectedAtMillis;
    }

    Counts unpublished() {
        return unpublished;
    }

    /** Held back from a slot that is not the last. */
    @Nullable SessionClosed unpublishedClosing() {
        return hasLaterPlace ? null : unpublishedClosing;
    }

    long closedAtMillis() {
        return closedAtMillis;
    }
}
