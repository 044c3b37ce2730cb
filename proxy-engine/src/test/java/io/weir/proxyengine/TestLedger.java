package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.BusConsumer;
import io.weir.eventbus.Counts;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.RingSlot;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A bus whose consumer folds what the engine publishes, the plain way, and remembers every session. */
final class TestLedger implements BusConsumer, AutoCloseable {
    /** One session as the deltas have it. */
    static final class Session {
        final SessionOpened opened;
        final Counts sum = new Counts();

        @Nullable String originAddress;

        /** Through which upstream it went; empty if through none. */
        volatile String upstream = "";

        /** The configuration that it names; 0 if it names none. */
        volatile long configVersion;

        /** What the tunnel turned out to carry. */
        volatile @Nullable SessionProtocol detected;

        /** Null until then, as {@link #closed}. */
        volatile ExchangeCompleted exchange;

        /** Null until then, see {@link #isClosed}; not declared so, because tests look when it is. */
        volatile SessionClosed closed;

        /** The how manieth it was to close. */
        volatile int closedAs;

        List<LedgerEvent> noticesBeforeClose = List.of();

        @SuppressWarnings("NullAway.Init")
        Session(SessionOpened opened) {
            this.opened = opened;
        }

        synchronized Tally counts() {
            return sum.toTally();
        }

        private synchronized void add(Counts delta) {
            sum.addExact(delta);
        }

        String upstream() {
            return upstream;
        }

        boolean isClosed() {
            return closed != null;
        }

        @Override
        public String toString() {
            return opened + " " + detected + " " + counts() + " " + closed;
        }
    }

    private final EventBus bus;
    private final Map<Long, Session> sessions = new LinkedHashMap<>();
    private final List<LedgerEvent> notices = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final List<Long> closeOrder = new ArrayList<>();

    private int closedCount;
    private long configVersion;

    private volatile long nanosPerSlot;
    private volatile @Nullable Latch stalled;

    private TestLedger(int slots) {
        bus = EventBus.create(slots);
    }

    static TestLedger start(int slots) {
        var ledger = new TestLedger(slots);
        ledger.bus.start(ledger);
        ledger.bus.sessionIds().startAt(1);
        ledger.bus.sessionIds().grant(1L << 30);
        return ledger;
    }

    EventBus bus() {
        return bus;
    }

    /** Makes the consumer take this long for each slot from now on. */
    void takeItsTime(long nanos) {
        nanosPerSlot = nanos;
    }

    /** Makes the consumer take nothing until this is closed. */
    Latch stall() {
        var latch = new Latch();
        stalled = latch;
        return latch;
    }

    @Override
    public void onSlot(RingSlot slot, boolean endOfBatch) {
        Latch latch = stalled;
        if (latch != null) {
            latch.await();
        }
        if (nanosPerSlot > 0) {
            LockSupport.parkNanos(nanosPerSlot);
        }
        fold(slot);
    }

    private synchronized void fold(RingSlot slot) {
        LedgerEvent notice = slot.notice();
        if (notice != null) {
            if (notice instanceof ExchangeCompleted late && sessions.get(late.sessionId()) != null) {
                sessions.get(late.sessionId()).exchange = late;
            }
            if (notice instanceof ConfigChanged change) {
                configVersion = change.version();
            }
            notices.add(notice);
            return;
        }
        SessionOpened opened = slot.opened();
        if (opened != null && sessions.put(slot.sessionId(), new Session(opened)) != null) {
            faults.add("session " + slot.sessionId() + " opened twice");
        }
        Session session = sessions.get(slot.sessionId());
        if (session == null || session.isClosed()) {
            faults.add("session " + slot.sessionId() + " spoke before it opened or after it closed");
            return;
        }
        session.add(slot.delta());
        if (slot.originAddress() != null) {
            session.originAddress = slot.originAddress();
        }
        if (slot.route() != null) {
            session.upstream = slot.route().upstream();
            session.configVersion = slot.route().configVersion();
            if (session.configVersion > configVersion) {
                faults.add("session " + slot.sessionId() + " names a configuration that is not recorded yet: "
                        + session.configVersion);
            }
        }
        if (slot.detected() != null) {
            session.detected = slot.detected();
        }
        if (slot.exchange() != null) {
            session.exchange = slot.exchange();
            if (!session.sum.matches(slot.exchange().messages())) {
                faults.add("session " + slot.sessionId() + " exchanged "
                        + slot.exchange().messages() + " after deltas of " + session.counts());
            }
        }
        SessionClosed closed = slot.closed();
        if (closed != null) {
            session.noticesBeforeClose = List.copyOf(notices);
            session.closedAs = ++closedCount;
            session.closed = closed;
            closeOrder.add(slot.sessionId());
            if (!session.sum.matches(closed.totals())) {
                faults.add("session " + slot.sessionId() + " closed with " + closed.totals() + " after deltas of "
                        + session.counts());
            }
        }
    }

    @Override
    public void onIdle() {}

    @Override
    public void onStop() {}

    @Override
    public synchronized void onFailure(Throwable failure) {
        faults.add(failure.toString());
    }

    synchronized List<String> faults() {
        return List.copyOf(faults);
    }

    synchronized List<Session> sessions() {
        return List.copyOf(sessions.values());
    }

    /** The sessions that are closed, in the order of their ends. */
    synchronized List<Long> closeOrder() {
        return List.copyOf(closeOrder);
    }

    synchronized List<LedgerEvent> notices() {
        return List.copyOf(notices);
    }

    synchronized Tally rootTotals() {
        Tally sum = Tally.ZERO;
        for (Session session : sessions.values()) {
            if (session.opened.isRoot()) {
                sum = sum.plus(session.counts());
            }
        }
        return sum;
    }

    /** The sessions so far, once all of them are closed and there are {@code count} of them. */
    List<Session> awaitClosed(int count) {
        List<Session> closed = new ArrayList<>();
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> {
                    List<Session> all = sessions();
                    assertThat(all).hasSizeGreaterThanOrEqualTo(count);
                    assertThat(all.stream().filter(session -> !session.isClosed()))
                            .as("sessions that are open")
                            .isEmpty();
                    closed.addAll(all);
                });
        return closed; // another may be open by now
    }

    /** The sessions inside tunnels, once all sessions are closed and there are {@code count} of these. */
    List<Session> awaitExchanges(int count) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> exchanges().size() >= count && sessions().stream().allMatch(Session::isClosed));
        return exchanges();
    }

    /** The sessions inside tunnels so far. */
    List<Session> exchanges() {
        return sessions().stream().filter(session -> !session.opened.isRoot()).toList();
    }

    /** The only session, once it is closed. */
    Session awaitOnlyClosed() {
        List<Session> all = awaitClosed(1);
        if (all.size() != 1) {
            throw new AssertionError("expected one session, found " + all.size());
        }
        return all.get(0);
    }

    /** The first session that {@code condition} holds for, as soon as there is one. */
    Session awaitSession(Predicate<Session> condition) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> sessions().stream().anyMatch(condition));
        return sessions().stream().filter(condition).findFirst().orElseThrow();
    }

    @Override
    public void close() {
        bus.close();
    }
}
