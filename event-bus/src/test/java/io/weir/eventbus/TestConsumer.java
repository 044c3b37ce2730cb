package io.weir.eventbus;

import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes slots, folds them the plain way, and remembers all of it. What a consumer may never see is a fault. Any thread
 * may ask.
 */
class TestConsumer implements BusConsumer {
    /** A session as its slots tell it. */
    static final class Session {
        final SessionOpened opened;
        final long openedAtMillis;
        final Counts sum = new Counts();
        int slots;
        long openedInSlot;
        long closedInSlot;

        @Nullable String originAddress;

        long originConnectedAtMillis;

        @Nullable SessionProtocol detected;

        long detectedAtMillis;

        @Nullable ExchangeCompleted exchange;

        @Nullable SessionClosed closed;

        long closedAtMillis;

        Session(SessionOpened opened, long openedAtMillis) {
            this.opened = opened;
            this.openedAtMillis = openedAtMillis;
        }
    }

    /** One line a slot, such as {@code "7 opened up=3 closed"}. */
    private final List<String> log = new ArrayList<>();

    private final Map<Long, Session> sessions = new LinkedHashMap<>();
    private final List<LedgerEvent> notices = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private long slots;
    private long idleCalls;
    private boolean stopped;

    @Override
    public void onSlot(RingSlot slot, boolean endOfBatch) {
        take(slot);
    }

    private synchronized void take(RingSlot slot) {
        called();
        slots++;
        LedgerEvent notice = slot.notice();
        if (notice != null) {
            notices.add(notice);
            log.add(notice + " at " + slot.noticeAtMillis());
            return;
        }
        log.add(describe(slot));
        SessionOpened opened = slot.opened();
        if (opened != null && sessions.put(slot.sessionId(), new Session(opened, slot.openedAtMillis())) != null) {
            faults.add("opened twice: " + slot.sessionId());
        }
        Session session = sessions.get(slot.sessionId());
        if (session == null || session.closed != null) {
            faults.add("spoke before it opened or after it closed: " + slot.sessionId());
            return;
        }
        take(slot, session);
    }

    private void take(RingSlot slot, Session session) {
        if (session.slots++ == 0) {
            session.openedInSlot = slots;
        }
        session.sum.addExact(slot.delta());
        if (slot.originAddress() != null) {
            session.originAddress = slot.originAddress();
            session.originConnectedAtMillis = slot.originConnectedAtMillis();
        }
        takeFacts(slot, session);
        SessionClosed closed = slot.closed();
        if (closed != null) {
            session.closed = closed;
            session.closedInSlot = slots;
            session.closedAtMillis = slot.closedAtMillis();
            if (!session.sum.matches(closed.totals())) {
                faults.add(slot.sessionId() + " closed with " + closed.totals() + " after " + session.sum.toTally());
            }
        }
    }

    private void takeFacts(RingSlot slot, Session session) {
        if (slot.detected() != null) {
            session.detected = slot.detected();
            session.detectedAtMillis = slot.detectedAtMillis();
        }
        ExchangeCompleted exchange = slot.exchange();
        if (exchange != null) {
            if (session.exchange != null || !session.sum.matches(exchange.messages())) {
                faults.add(slot.sessionId() + " exchanged " + exchange.messages() + " of " + session.sum.toTally());
            }
            session.exchange = exchange;
        }
    }

    private static String describe(RingSlot slot) {
        var line = new StringBuilder().append(slot.sessionId());
        if (slot.opened() != null) {
            line.append(" opened");
        }
        if (slot.detected() != null) {
            line.append(" detected");
        }
        if (slot.originAddress() != null) {
            line.append(" connected");
        }
        if (!slot.delta().isZero()) {
            Tally delta = slot.delta().toTally();
            line.append(" up=").append(delta.up()).append(" down=").append(delta.down());
        }
        if (slot.exchange() != null) {
            line.append(" exchange");
        }
        if (slot.closed() != null) {
            line.append(" closed");
        }
        return line.toString();
    }

    @Override
    public void onIdle() {
        synchronized (this) {
            called();
            idleCalls++;
        }
    }

    @Override
    public void onStop() {
        synchronized (this) {
            called();
            stopped = true;
        }
    }

    @Override
    public void onFailure(Throwable failure) {
        synchronized (this) {
            failures.add(failure);
        }
    }

    private synchronized void called() {
        if (stopped) {
            faults.add("called after the stop");
        }
        if (!failures.isEmpty()) {
            faults.add("called after the failure");
        }
    }

    synchronized List<String> log() {
        return List.copyOf(log);
    }

    synchronized Map<Long, Session> sessions() {
        return Map.copyOf(sessions);
    }

    synchronized Session session(long id) {
        Session session = sessions.get(id);
        if (session == null) {
            throw new AssertionError("no session " + id);
        }
        return session;
    }

    synchronized List<LedgerEvent> notices() {
        return List.copyOf(notices);
    }

    synchronized List<String> faults() {
        return List.copyOf(faults);
    }

    synchronized List<Throwable> failures() {
        return List.copyOf(failures);
    }

    synchronized long slots() {
        return slots;
    }

    synchronized long idleCalls() {
        return idleCalls;
    }

    synchronized boolean isStopped() {
        return stopped;
    }
}
