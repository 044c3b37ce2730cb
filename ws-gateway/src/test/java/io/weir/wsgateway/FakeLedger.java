package io.weir.wsgateway;

import io.weir.aggregator.ClosedCounts;
import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.JournalState;
import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.RecentExchanges;
import io.weir.aggregator.SessionChanges;
import io.weir.aggregator.Snapshot;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A ledger that a test writes: rows, totals and health, with snapshots on a thread of its own. Any thread. */
final class FakeLedger implements Ledger, AutoCloseable {
    final AtomicInteger requests = new AtomicInteger();

    private final RecentExchanges exchanges = new RecentExchanges();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Map<Long, ConnectionInfo> open = new TreeMap<>();
    private final List<ConnectionInfo> closed = new ArrayList<>();
    private Tally totals = Tally.ZERO;
    private long sequence = 1;
    private JournalState journal = JournalState.OK;
    private String reason = "";
    private boolean isSilent;
    private long refused;

    synchronized void put(ConnectionInfo row) {
        sequence++;
        open.put(row.id(), row);
    }

    /** Closes a session with these final figures. */
    synchronized void close(long id, Tally counts) {
        ConnectionInfo row = open.remove(id);
        if (row == null) {
            return;
        }
        sequence++;
        closed.add(new ConnectionInfo(
                id,
                row.parentId(),
                row.protocol(),
                row.method(),
                row.host(),
                row.url(),
                row.remote(),
                row.user(),
                row.originAddress(),
                row.openedAtMillis(),
                counts,
                System.currentTimeMillis(),
                CloseReason.COMPLETED,
                200));
    }

    synchronized void add(Tally delta) {
        sequence++;
        totals = totals.plus(delta);
    }

    synchronized void refuse() {
        sequence++;
        refused++;
    }

    /** Journals an exchange; answers its sequence. */
    synchronized long exchanged(ExchangeCompleted exchange) {
        exchanges.event(++sequence, exchange.completedAtMillis(), exchange);
        return sequence;
    }

    @Override
    public RecentExchanges exchanges() {
        return exchanges;
    }

    synchronized void fail(JournalState state, String why) {
        journal = state;
        reason = why;
    }

    /** From now on requests for snapshots are not answered. */
    synchronized void fallSilent() {
        isSilent = true;
    }

    /** An open plain exchange. */
    static ConnectionInfo exchange(long id, String host, Tally counts) {
        return row(id, 0, SessionProtocol.HTTP, "GET", host, "http://" + host + "/", counts);
    }

    static ConnectionInfo row(
            long id, long parent, SessionProtocol protocol, String method, String host, String url, Tally counts) {
        return row(id, parent, protocol, method, host, url, counts, 1_772_935_200_000L + id);
    }

    static ConnectionInfo row(
            long id,
            long parent,
            SessionProtocol protocol,
            String method,
            String host,
            String url,
            Tally counts,
            long openedAtMillis) {
        return new ConnectionInfo(
                id,
                parent,
                protocol,
                method,
                host,
                url,
                "127.0.0.1:50312",
                "ann",
                "192.0.2.1:443",
                openedAtMillis,
                counts,
                0,
                null,
                0);
    }

    @Override
    public synchronized Snapshot latest() {
        return new Fixed(
                sequence,
                System.currentTimeMillis(),
                totals,
                open.size() + closed.size(),
                0,
                refused,
                List.copyOf(open.values()),
                List.copyOf(closed));
    }

    @Override
    public synchronized void requestSnapshot(Consumer<Snapshot> reader) {
        requests.incrementAndGet();
        if (!isSilent) {
            thread.execute(() -> reader.accept(latest()));
        }
    }

    @Override
    public synchronized LedgerHealth health() {
        return new LedgerHealth(
                sequence, sequence - 1, journal, reason, 0, 0, 1024, 0, 0, Path.of("journal"), "node", 1, 0);
    }

    @Override
    public void close() {
        thread.shutdown();
    }

    private record Fixed(
            long sequence,
            long atMillis,
            Tally totals,
            long sessionsOpened,
            long violations,
            long refused,
            List<ConnectionInfo> open,
            List<ConnectionInfo> recentlyClosed)
            implements Snapshot {
        @Override
        public int openCount() {
            return open.size();
        }

        @Override
        public void forEachOpen(Consumer<ConnectionInfo> reader) {
            open.forEach(reader);
        }

        @Override
        public SessionChanges changesAfter(long after) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long closedFloor() {
            return 0;
        }

        @Override
        public List<ClosedSession> lastClosed(int limit) {
            return List.of();
        }

        @Override
        public ClosedCounts closedCounts() {
            return (protocol, reason) -> recentlyClosed.stream()
                    .filter(row -> row.protocol() == protocol && row.reason() == reason)
                    .count();
        }

        @Override
        public Optional<ConnectionInfo> find(long id) {
            return open.stream().filter(row -> row.id() == id).findFirst();
        }
    }
}
