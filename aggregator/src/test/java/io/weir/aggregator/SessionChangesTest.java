package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.OriginConnected;
import io.weir.eventbus.LedgerEvent.ProtocolDetected;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LedgerEvent.SessionRouted;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A reader that asks for changes only has what a reader of everything has. */
class SessionChangesTest {
    private static final long AT = 1_700_000_000_000L;

    private final LedgerFold fold = new LedgerFold();
    private final Map<Long, Tally> open = new TreeMap<>();
    private final List<ClosedSession> closed = new ArrayList<>();
    private long sequence;
    private long lastId;

    SessionChangesTest() {
        event(new NodeStarted("node", 1, "test", 1, 1L << 40));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whoAppliesTheChangesAfterAnySequenceHasTheWholeTable(long seed) {
        var random = new Random(seed);
        int urlLength = seed % 2 == 0 ? 4_000 : 10; // long ones let the oldest go by size, short ones by number
        List<Follower> followers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            followers.add(new Follower());
        }
        for (int round = 0; round < 60; round++) {
            int opens = random.nextInt(4) == 0 ? 600 : random.nextInt(20);
            for (int i = 0; i < opens; i++) {
                open(random, urlLength);
            }
            for (int i = random.nextInt(200); i > 0 && !open.isEmpty(); i--) {
                step(random);
            }
            if (random.nextInt(5) == 0) {
                closeMost(random);
            }
            Snapshot snapshot = fold.snapshot(AT);
            for (Follower follower : followers) {
                if (random.nextInt(3) == 0) {
                    follower.follow(snapshot, random);
                }
            }
        }
        Snapshot last = fold.snapshot(AT);
        followers.forEach(follower -> follower.follow(last, random));

        assertThat(fold.violations()).isZero();
        assertThat(closed).hasSizeGreaterThan(1_000);
    }

    @ParameterizedTest(name = "urls of {0}")
    @ValueSource(ints = {10, 4_000})
    void theOldestClosedSessionsGoAndTheFloorSaysUpToWhich(int urlLength) {
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            open(random, urlLength);
            close(lastId);
        }

        Snapshot snapshot = fold.snapshot(AT);
        List<ClosedSession> held = snapshot.lastClosed(Integer.MAX_VALUE);

        assertThat(held.size()).isLessThanOrEqualTo(ClosedSessions.MAX_HELD).isGreaterThan((int)
                Math.min(16_000, ClosedSessions.MAX_BYTES / 5_000));
        assertThat(held.get(0)).isEqualTo(closed.get(closed.size() - 1));
        assertThat(held.get(held.size() - 1)).isEqualTo(closed.get(closed.size() - held.size()));
        assertThat(snapshot.closedFloor())
                .isEqualTo(closed.get(closed.size() - held.size() - 1).sequence());
        assertThat(snapshot.recentlyClosed())
                .hasSizeLessThanOrEqualTo(4_096)
                .endsWith(held.get(0).info());
    }

    @Test
    void aSnapshotKeepsItsClosedSessionsWhateverClosesLater() {
        var random = new Random(1);
        for (int i = 0; i < 100; i++) {
            open(random, 10);
            close(lastId);
        }
        Snapshot before = fold.snapshot(AT);
        List<ClosedSession> held = before.lastClosed(1_000);
        for (int i = 0; i < 20_000; i++) {
            open(random, 10);
            close(lastId);
        }

        assertThat(before.lastClosed(1_000)).isEqualTo(held).hasSize(100);
        assertThat(before.closedFloor()).isZero();
        assertThat(before.find(1))
                .hasValueSatisfying(info -> assertThat(info.isOpen()).isFalse());
        assertThat(fold.snapshot(AT).find(1)).isEmpty();
    }

    @Test
    void onlyWhatChangesTheFactsOfASessionMakesItWhole() {
        var random = new Random(1);
        open(random, 10);
        open(random, 10);
        long opened = sequence;
        move(1, random);

        assertThat(changes(opened)).containsExactly("1 partial");
        assertThat(changes(opened - 1)).containsExactly("1 partial", "2 whole");
        event(new OriginConnected(1, "192.0.2.1:443"));
        assertThat(changes(opened)).containsExactly("1 whole");
        long connected = sequence;
        move(1, random);
        event(new ProtocolDetected(2, SessionProtocol.HTTPS_MITM));
        assertThat(changes(connected)).containsExactly("1 partial", "2 whole");
        close(1);
        assertThat(changes(connected)).containsExactly("1 whole closed", "2 whole");
        assertThat(changes(sequence)).isEmpty();
    }

    @Test
    void aFoldThatAdoptedACheckpointHoldsNoCloseFromBeforeIt() {
        var random = new Random(1);
        open(random, 10);
        open(random, 10);
        close(1);
        LedgerFold late = new LedgerFold();
        List<LedgerEvent> checkpoint = new ArrayList<>();
        long begun = sequence + 1;
        checkpoint.add(new CheckpointBegun(1, 1L << 40, 2, 0, fold.totals(), 1));
        fold.forEachOpen(row -> checkpoint.add(new CheckpointSession(opened(2, row.url()), AT, "", row.counts())));
        checkpoint.add(new CheckpointEnded(begun));
        for (LedgerEvent event : checkpoint) {
            event(event);
            late.event(sequence, AT, event);
        }

        assertThat(late.snapshot(AT).closedFloor()).isEqualTo(begun);
        assertThat(changes(late.snapshot(AT), begun)).containsExactly("2 whole");
        assertThat(changes(late.snapshot(AT), sequence)).isEmpty();
        assertThat(changes(begun)).as("who had it already").isEmpty();
    }

    private List<String> changes(long after) {
        return changes(fold.snapshot(AT), after);
    }

    private static List<String> changes(Snapshot snapshot, long after) {
        List<String> found = new ArrayList<>();
        SessionChanges changes = snapshot.changesAfter(after);
        while (changes.next()) {
            ConnectionInfo info = changes.info();
            found.add(info.id() + (changes.isWhole() ? " whole" : " partial") + (info.isOpen() ? "" : " closed"));
        }
        return found;
    }

    private void step(Random random) {
        List<Long> ids = List.copyOf(open.keySet());
        long id = ids.get(random.nextInt(ids.size()));
        switch (random.nextInt(9)) {
            case 3 -> event(new SessionRouted(id, new SessionRoute(random.nextInt(5), "r" + random.nextInt(3), "")));
            case 0 -> close(id);
            case 1 -> event(new OriginConnected(id, "192.0.2.1:" + random.nextInt(65_536)));
            case 2 -> {
                if (isTunnel(id)) {
                    event(new ProtocolDetected(id, SessionProtocol.HTTPS_MITM));
                }
            }
            default -> move(id, random);
        }
    }

    private boolean isTunnel(long id) {
        ConnectionInfo info = fold.findOpen(id);
        return info != null && info.protocol() == SessionProtocol.HTTPS_TUNNEL;
    }

    private void closeMost(Random random) {
        for (long id : List.copyOf(open.keySet())) {
            if (random.nextInt(10) > 0) {
                close(id);
            }
        }
    }

    private void open(Random random, int urlLength) {
        long id = ++lastId;
        event(opened(id, "u".repeat(urlLength) + random.nextInt(100)));
        open.put(id, Tally.ZERO);
    }

    private static SessionOpened opened(long id, String url) {
        return new SessionOpened(id, id, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", "a:443", url, "127.0.0.1:1", "");
    }

    private void move(long id, Random random) {
        Counts delta = new Counts();
        delta.set(random.nextInt(100), 1 + random.nextInt(100), 0, 0, 0, 0);
        fold.transferred(++sequence, AT, id, delta);
        open.merge(id, delta.toTally(), Tally::plus);
    }

    private void close(long id) {
        Tally counts = Objects.requireNonNull(open.remove(id));
        ConnectionInfo last = Objects.requireNonNull(fold.findOpen(id));
        event(new SessionClosed(id, CloseReason.COMPLETED, 200, counts));
        closed.add(new ClosedSession(sequence, withEnd(last, counts, AT, CloseReason.COMPLETED, 200)));
    }

    private void event(LedgerEvent event) {
        fold.event(++sequence, AT, event);
    }

    /** Keeps its rows by changes; starts over when what it has is too old. */
    private final class Follower {
        private final Map<Long, ConnectionInfo> rows = new HashMap<>();
        private long position;
        private long knowsClosesAfter;

        void follow(Snapshot snapshot, Random random) {
            if (position < snapshot.closedFloor()) {
                rows.clear();
                position = 0;
                knowsClosesAfter = snapshot.closedFloor();
            }
            Map<Long, ConnectionInfo> before = Map.copyOf(rows);
            Set<Long> handedOut = new HashSet<>();
            SessionChanges changes = snapshot.changesAfter(position);
            while (changes.next()) {
                apply(changes, before);
                assertThat(handedOut.add(changes.info().id())).isTrue();
                if (random.nextInt(50) == 0) {
                    changes = changes.copy();
                }
            }
            assertThat(changes.next()).isFalse();
            position = snapshot.sequence();
            requireWholeTable(snapshot);
        }

        private void apply(SessionChanges changes, Map<Long, ConnectionInfo> before) {
            ConnectionInfo info = changes.info();
            if (changes.isWhole()) {
                rows.put(info.id(), info);
            } else {
                assertThat(before).containsKey(info.id());
                rows.merge(info.id(), info, (old, now) -> withCounts(old, now.counts()));
            }
        }

        private void requireWholeTable(Snapshot snapshot) {
            Map<Long, ConnectionInfo> expected = new HashMap<>();
            snapshot.forEachOpen(info -> expected.put(info.id(), info));
            assertThat(expected.keySet()).isEqualTo(open.keySet());
            for (ClosedSession session : closed) {
                if (session.sequence() > knowsClosesAfter) {
                    expected.put(session.info().id(), session.info());
                }
            }
            assertThat(rows).isEqualTo(expected);
        }
    }

    private static ConnectionInfo withCounts(ConnectionInfo row, Tally counts) {
        return withEnd(row, counts, 0, null, 0);
    }

    private static ConnectionInfo withEnd(
            ConnectionInfo row, Tally counts, long closedAtMillis, @Nullable CloseReason reason, int status) {
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
                closedAtMillis,
                reason,
                status,
                row.route());
    }
}
