package io.weir.wsgateway;

import io.weir.aggregator.ClosedCounts;
import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.JournalState;
import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.RecentExchanges;
import io.weir.aggregator.SessionChanges;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.UsageReport;
import io.weir.aggregator.history.JournalHistory;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A ledger that a test writes: rows, totals and health, with snapshots on a thread of its own. Any thread. */
final class FakeLedger implements Ledger, AutoCloseable {
    final AtomicInteger requests = new AtomicInteger();
    private volatile UsageReport users = UsageReport.EMPTY;

    private final RecentExchanges exchanges = new RecentExchanges();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Map<Long, Row> open = new TreeMap<>();
    private final List<ClosedSession> closed = new ArrayList<>();
    private Tally totals = Tally.ZERO;
    private long sequence = 1;
    private JournalState journal = JournalState.OK;
    private long boot = 1;
    private long recoveredSequence;
    private String reason = "";
    private boolean isSilent;
    private Path folder = Path.of("no-such-journal");

    /** An open row with the sequences of its last change and of that of its facts. */
    private record Row(ConnectionInfo info, long changedAt, long factsChangedAt) {
        boolean hasFactsOf(ConnectionInfo other) {
            return info.equals(withCounts(other, info.counts()));
        }
    }

    /** Opens a session, or changes one that is open. */
    synchronized void put(ConnectionInfo row) {
        sequence++;
        Row before = open.get(row.id());
        long factsChangedAt = before != null && before.hasFactsOf(row) ? before.factsChangedAt() : sequence;
        open.put(row.id(), new Row(row, sequence, factsChangedAt));
    }

    /** Closes a session with these final figures. */
    synchronized void close(long id, Tally counts) {
        Row last = open.remove(id);
        if (last == null) {
            return;
        }
        ConnectionInfo row = last.info();
        ConnectionInfo info = new ConnectionInfo(
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
                200);
        closed.add(new ClosedSession(++sequence, info));
    }

    private static ConnectionInfo withCounts(ConnectionInfo row, Tally counts) {
        return new ConnectionInfo(
                row.id(),
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
                row.closedAtMillis(),
                row.reason(),
                row.status());
    }

    synchronized void add(Tally delta) {
        sequence++;
        totals = totals.plus(delta);
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

    /** As if the node had been started again and found its events up to a sequence, whatever it had shown before. */
    synchronized void startAgain(long recovered) {
        boot++;
        recoveredSequence = recovered;
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
                sequence, System.currentTimeMillis(), totals, 0, List.copyOf(open.values()), List.copyOf(closed));
    }

    @Override
    public synchronized void requestSnapshot(Consumer<Snapshot> reader) {
        requests.incrementAndGet();
        if (!isSilent) {
            thread.execute(() -> reader.accept(latest()));
        }
    }

    /** What it tells of users from now on. */
    void tellOfUsers(UsageReport report) {
        users = report;
    }

    @Override
    public void requestUserFigures(Consumer<UsageReport> reader) {
        reader.accept(users);
    }

    /** The folder of the journal that the past is read from. */
    synchronized void remembers(Path journalFolder) {
        folder = journalFolder;
    }

    @Override
    public synchronized JournalHistory history() {
        return JournalHistory.of(folder);
    }

    @Override
    public synchronized LedgerHealth health() {
        return new LedgerHealth(
                sequence,
                sequence - 1,
                journal,
                reason,
                0,
                0,
                1024,
                0,
                0,
                Path.of("journal"),
                "node",
                boot,
                recoveredSequence,
                0,
                1_772_935_200_000L,
                0,
                0,
                1L << 34);
    }

    @Override
    public void close() {
        thread.shutdown();
    }

    private record Fixed(
            long sequence, long atMillis, Tally totals, long violations, List<Row> open, List<ClosedSession> closed)
            implements Snapshot {
        @Override
        public long sessionsOpened() {
            return (long) open.size() + closed.size();
        }

        @Override
        public int openCount() {
            return open.size();
        }

        @Override
        public void forEachOpen(Consumer<ConnectionInfo> reader) {
            open.forEach(row -> reader.accept(row.info()));
        }

        @Override
        public List<ConnectionInfo> recentlyClosed() {
            return closed.stream().map(ClosedSession::info).toList();
        }

        @Override
        public SessionChanges changesAfter(long after) {
            List<Change> changes = new ArrayList<>();
            closed.stream()
                    .filter(session -> session.sequence() > after)
                    .forEach(session -> changes.add(new Change(session.info(), true)));
            open.stream()
                    .filter(row -> row.changedAt() > after)
                    .forEach(row -> changes.add(new Change(row.info(), row.factsChangedAt() > after)));
            return new FixedChanges(changes, -1);
        }

        @Override
        public long closedFloor() {
            return 0;
        }

        @Override
        public List<ClosedSession> lastClosed(int limit) {
            List<ClosedSession> newestFirst = new ArrayList<>(closed);
            Collections.reverse(newestFirst);
            return List.copyOf(newestFirst.subList(0, Math.min(limit, newestFirst.size())));
        }

        @Override
        public ClosedCounts closedCounts() {
            return (protocol, reason) -> closed.stream()
                    .filter(session -> session.info().protocol() == protocol
                            && session.info().reason() == reason)
                    .count();
        }

        @Override
        public long refused() {
            return 0;
        }

        @Override
        public Optional<ConnectionInfo> find(long id) {
            return Stream.concat(open.stream().map(Row::info), closed.stream().map(ClosedSession::info))
                    .filter(info -> info.id() == id)
                    .findFirst();
        }
    }

    private record Change(ConnectionInfo info, boolean isWhole) {}

    private static final class FixedChanges implements SessionChanges {
        private final List<Change> changes;
        private int index;

        FixedChanges(List<Change> changes, int index) {
            this.changes = changes;
            this.index = index;
        }

        @Override
        public boolean next() {
            index = Math.min(index + 1, changes.size());
            return index < changes.size();
        }

        @Override
        public ConnectionInfo info() {
            return changes.get(index).info();
        }

        @Override
        public boolean isWhole() {
            return changes.get(index).isWhole();
        }

        @Override
        public SessionChanges copy() {
            return new FixedChanges(changes, index);
        }
    }
}
