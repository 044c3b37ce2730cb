package io.weir.eventbus;

import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import org.jspecify.annotations.Nullable;

/**
 * Counts what one session moves. One a session, owned by the event loop of its channels, so the fields are plain and
 * adding to them allocates nothing.
 *
 * <p>It keeps the session's absolute totals and, apart from them, what was not published yet. Closing states the
 * totals, so that the consumer can check that the deltas it got add up to them.
 */
public final class SessionMeter {
    private final LoopPublisher publisher;
    private final long id;
    private final long openedAtMillis;
    private final Counts total = new Counts();
    private final Counts unpublished = new Counts();
    private @Nullable SessionOpened unpublishedOpening;
    private @Nullable String unpublishedOriginAddress;
    private long originConnectedAtMillis;
    private @Nullable SessionClosed closing;
    private long closedAtMillis;
    private long unpublishedBytes;
    private boolean deferred;
    private boolean closingPublished;

    boolean isQueued;

    @Nullable SessionMeter nextQueued;

    SessionMeter(LoopPublisher publisher, SessionOpened opened, long openedAtMillis) {
        this.publisher = publisher;
        this.id = opened.sessionId();
        this.unpublishedOpening = opened;
        this.openedAtMillis = openedAtMillis;
    }

    /** The session's id. */
    public long id() {
        return id;
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
        return closing == null;
    }

    /** Payload was read from the client. */
    public void up(long bytes) {
        total.addUp(bytes);
        unpublished.addUp(bytes);
        added(bytes);
    }

    /** A write of payload to the client completed. */
    public void down(long bytes) {
        total.addDown(bytes);
        unpublished.addDown(bytes);
        added(bytes);
    }

    /** Something other than payload was read from the client. */
    public void overheadUp(long bytes) {
        total.addOverheadUp(bytes);
        unpublished.addOverheadUp(bytes);
        added(bytes);
    }

    /** A write of something other than payload to the client completed. */
    public void overheadDown(long bytes) {
        total.addOverheadDown(bytes);
        unpublished.addOverheadDown(bytes);
        added(bytes);
    }

    /** A write to the origin completed. */
    public void originUp(long bytes) {
        total.addOriginUp(bytes);
        unpublished.addOriginUp(bytes);
        added(bytes);
    }

    /** Something was read from the origin. */
    public void originDown(long bytes) {
        total.addOriginDown(bytes);
        unpublished.addOriginDown(bytes);
        added(bytes);
    }

    /** The origin's leg stands. */
    public void originConnected(String address) {
        requireOpen();
        unpublishedOriginAddress = address;
        originConnectedAtMillis = publisher.nowMillis();
        publisher.publishSoon(this);
    }

    /**
     * Ends the session and publishes that with whatever was not published yet. Nothing may be added afterwards.
     *
     * @param status status code that the client got; 0 if none
     */
    public void close(CloseReason reason, int status) {
        requireOpen();
        closing = new SessionClosed(id, reason, status, total.toTally());
        closedAtMillis = publisher.nowMillis();
        publisher.publishNow(this);
    }

    private void added(long bytes) {
        if (closing != null) {
            throw new IllegalStateException("session " + id + " moved bytes after it was closed");
        }
        unpublishedBytes += bytes;
        if (deferred) {
            publisher.countMerge();
        } else if (unpublishedBytes >= LoopPublisher.LARGE_DELTA_BYTES) {
            publisher.publishNow(this);
            return;
        }
        if (!isQueued) {
            publisher.publishSoon(this);
        }
    }

    private void requireOpen() {
        if (closing != null) {
            throw new IllegalStateException("session " + id + " is closed already: " + closing.reason());
        }
    }

    boolean hasUnpublished() {
        return unpublishedOpening != null
                || unpublishedOriginAddress != null
                || unpublishedBytes != 0
                || (closing != null && !closingPublished);
    }

    void published() {
        unpublishedOpening = null;
        unpublishedOriginAddress = null;
        unpublished.clear();
        unpublishedBytes = 0;
        deferred = false;
        closingPublished = closing != null;
    }

    void deferred() {
        deferred = true;
    }

    @Nullable SessionOpened unpublishedOpening() {
        return unpublishedOpening;
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

    @Nullable SessionClosed closing() {
        return closing;
    }

    long closedAtMillis() {
        return closedAtMillis;
    }
}
