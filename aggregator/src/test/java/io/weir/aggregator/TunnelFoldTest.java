package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.ConservationViolated;
import io.weir.eventbus.LedgerEvent.InterceptionBypassed;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.ProtocolDetected;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Intercepted tunnels and the exchanges in them. */
class TunnelFoldTest {
    private static final long AT = 1_700_000_000_000L;

    private final LedgerFold fold = new LedgerFold();
    private long sequence;

    TunnelFoldTest() {
        fold(new NodeStarted("node", 1, "test", 1, 100_000));
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 25);
    }

    @Test
    void aTunnelWhoseProtocolIsDetectedIsShownAsAnInterceptedOne() {
        fold(tunnel(1));
        fold(bytes(1, 517));
        fold(new ProtocolDetected(1, SessionProtocol.HTTPS_MITM));

        assertThat(fold.findOpen(1)).satisfies(row -> {
            assertThat(row.protocol()).isEqualTo(SessionProtocol.HTTPS_MITM);
            assertThat(row.method()).isEqualTo("CONNECT");
            assertThat(row.parentId()).isZero();
            assertThat(row.isRoot()).isTrue();
            assertThat(row.host()).isEqualTo("a.example:443");
            assertThat(row.counts()).isEqualTo(tally(517));
        });
        assertThat(fold.totals()).isEqualTo(tally(517));
        assertThat(violations()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP", "HTTPS_TUNNEL"})
    void nothingElseIsDetected(SessionProtocol protocol) {
        fold(tunnel(1));
        fold(new ProtocolDetected(1, protocol));

        assertThat(violations()).containsExactly("protocol detected that the session can't have");
        assertThat(Objects.requireNonNull(fold.findOpen(1)).method()).isEqualTo("TUNNEL");
    }

    @Test
    void onlyAnOpenTunnelTurnsOutToBeIntercepted() {
        fold(new ProtocolDetected(7, SessionProtocol.HTTPS_MITM));
        fold(plain(1));
        fold(new ProtocolDetected(1, SessionProtocol.HTTPS_MITM));
        fold(tunnel(2));
        fold(new ProtocolDetected(2, SessionProtocol.HTTP_MITM));
        fold(new ProtocolDetected(2, SessionProtocol.HTTP_MITM));

        assertThat(violations())
                .containsExactly(
                        "protocol detected for a session that is not open",
                        "protocol detected that the session can't have",
                        "protocol detected that the session can't have");
    }

    @Test
    void anExchangeOutsideItsTunnelIsAViolation() {
        fold(exchange(2, 1));
        fold(tunnel(3));
        fold(exchange(4, 3));
        fold(exchange(5, 4)); // an exchange is no tunnel
        fold(closed(3, 0));
        fold(closed(4, 0));
        fold(exchange(6, 3));

        assertThat(violations())
                .containsExactly(
                        "exchange opened in a tunnel that is not open",
                        "exchange opened in a tunnel that is not open",
                        "tunnel closed with exchanges open",
                        "exchange opened in a tunnel that is not open");
    }

    @Test
    void anExchangesSizesMustBeTheSumOfItsDeltas() {
        fold(tunnel(1));
        fold(exchange(2, 1));
        fold(bytes(2, 10));
        fold(EventStorm.exchange(2, 1, tally(10), AT));
        fold(EventStorm.exchange(2, 1, tally(11), AT));
        fold(closed(2, 10));
        fold(EventStorm.exchange(2, 1, tally(12), AT)); // told late: the close was compared

        assertThat(fold.violationList())
                .extracting(Violation::finding)
                .containsExactly(new ConservationViolated(
                        2, "an exchange's sizes are not the sum of its deltas", tally(11), tally(10)));
    }

    @Test
    void whatInformsChangesNoCount() {
        fold(tunnel(1));
        fold(exchange(2, 1));
        fold(bytes(2, 10));
        fold(EventStorm.exchange(2, 1, tally(10), AT));
        fold(new InterceptionBypassed(1, "a.example:443", "", "pinned", AT));

        assertThat(fold.totals()).isEqualTo(Tally.ZERO);
        assertThat(fold.sessionsOpened()).isEqualTo(2);
        assertThat(violations()).isEmpty();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void exchangesNeverAddToTheTotalsAndWhoeverStartsAtACheckpointAgrees(long seed) {
        Story story = new Story(new Random(seed));
        List<LedgerFold> later = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            LedgerEvent event = story.next();
            fold(event);
            later.forEach(each -> each(each, event));
            if (i % 16 == 0) { // a start at every sort of place: tunnels opened, detected, with exchanges and without
                later.add(startedAtCheckpoint());
            }
            assertThat(fold.totals()).isEqualTo(story.rootSum());
        }

        assertThat(violations()).isEmpty();
        assertThat(later).allSatisfy(each -> {
            assertThat(each.isStarted()).isTrue();
            assertThat(each.violations()).isZero();
            assertThat(each.digest()).isEqualTo(fold.digest());
        });
    }

    @Test
    void aStartAtEveryPlaceInTheLifeOfATunnelEndsInTheSameState() {
        List<LedgerEvent> life = List.of(
                tunnel(1),
                bytes(1, 5),
                new ProtocolDetected(1, SessionProtocol.HTTP_MITM),
                exchange(2, 1),
                bytes(2, 7),
                exchange(3, 1),
                EventStorm.exchange(2, 1, tally(7), AT),
                closed(2, 7),
                closed(3, 0),
                bytes(1, 6),
                closed(1, 11),
                EventStorm.exchange(3, 1, Tally.ZERO, AT));
        List<LedgerFold> later = new ArrayList<>();
        for (LedgerEvent event : life) {
            later.add(startedAtCheckpoint());
            fold(event);
            later.forEach(each -> each(each, event));
        }
        later.add(startedAtCheckpoint());
        fold(plain(4));
        later.forEach(each -> each(each, plain(4)));

        assertThat(violations()).isEmpty();
        assertThat(later).allSatisfy(each -> {
            assertThat(each.violations()).isZero();
            assertThat(each.digest()).isEqualTo(fold.digest());
        });
    }

    @Test
    void afterAStartAtACheckpointATunnelStillMayNotCloseBeforeItsExchanges() {
        fold(tunnel(1));
        fold(exchange(2, 1));
        LedgerFold later = startedAtCheckpoint();
        sequence++;
        each(later, closed(1, 0));

        assertThat(later.violationList())
                .extracting(violation -> violation.finding().what())
                .containsExactly("tunnel closed with exchanges open");
    }

    /** Takes a checkpoint, which the fold compares with its state and the fold that is answered starts from. */
    private LedgerFold startedAtCheckpoint() {
        LedgerFold later = new LedgerFold();
        List<LedgerEvent> checkpoint = new ArrayList<>();
        checkpoint.add(new CheckpointBegun(
                fold.boot(), fold.idsReservedBelow(), fold.sessionsOpened(), 0, fold.totals(), fold.openCount()));
        fold.forEachOpen(row -> checkpoint.add(new CheckpointSession(
                new SessionOpened(
                        row.id(),
                        row.parentId(),
                        row.protocol(),
                        row.method(),
                        row.host(),
                        row.url(),
                        row.remote(),
                        row.user()),
                row.openedAtMillis(),
                row.originAddress(),
                row.counts())));
        checkpoint.add(new CheckpointEnded(sequence + 1));
        for (LedgerEvent event : checkpoint) {
            fold(event);
            later.event(sequence, AT, event);
        }
        return later;
    }

    private void fold(LedgerEvent event) {
        sequence++;
        each(fold, event);
    }

    private void each(LedgerFold target, LedgerEvent event) {
        if (event instanceof BytesTransferred bytes) {
            Counts delta = CheckpointFold.toCounts(bytes.delta());
            target.transferred(sequence, AT, bytes.sessionId(), delta);
        } else {
            target.event(sequence, AT, event);
        }
    }

    private List<String> violations() {
        return fold.violationList().stream()
                .map(violation -> violation.finding().what())
                .toList();
    }

    private static SessionOpened tunnel(long id) {
        return opened(id, id, SessionProtocol.HTTPS_TUNNEL, "TUNNEL");
    }

    private static SessionOpened plain(long id) {
        return opened(id, 0, SessionProtocol.HTTP, "GET");
    }

    private static SessionOpened exchange(long id, long tunnel) {
        return opened(id, tunnel, SessionProtocol.HTTPS_MITM, "GET");
    }

    private static SessionOpened opened(long id, long parentId, SessionProtocol protocol, String method) {
        return new SessionOpened(id, parentId, protocol, method, "a.example:443", "a", "127.0.0.1:1", "");
    }

    private static BytesTransferred bytes(long id, long up) {
        return new BytesTransferred(id, tally(up));
    }

    private static SessionClosed closed(long id, long up) {
        return new SessionClosed(id, CloseReason.COMPLETED, 200, tally(up));
    }

    private static Tally tally(long up) {
        return new Tally(up, 0, 0, 0, 0, 0);
    }

    /** What a correct engine may say, in any order that it may say it in. */
    private static final class Story {
        private final Random random;
        private final Map<Long, Long> up = new HashMap<>();
        private final Map<Long, Long> tunnelOf = new HashMap<>();
        private final List<Long> open = new ArrayList<>();
        private final List<Long> intercepted = new ArrayList<>();
        private long lastId;
        private long rootUp;

        Story(Random random) {
            this.random = random;
        }

        Tally rootSum() {
            return tally(rootUp);
        }

        LedgerEvent next() {
            int dice = random.nextInt(10);
            if (open.isEmpty() || dice == 0) {
                return open(random.nextBoolean() ? tunnel(++lastId) : plain(++lastId));
            }
            long id = open.get(random.nextInt(open.size()));
            if (dice < 3) {
                return inside(id);
            }
            if (dice < 6 && !tunnelOf.containsValue(id)) {
                return close(id);
            }
            long bytes = random.nextInt(1_000);
            up.merge(id, bytes, Long::sum);
            if (!tunnelOf.containsKey(id)) {
                rootUp += bytes;
            }
            return bytes(id, bytes);
        }

        private LedgerEvent open(SessionOpened opened) {
            open.add(opened.sessionId());
            up.put(opened.sessionId(), 0L);
            if (opened.protocol() == SessionProtocol.HTTPS_TUNNEL) {
                intercepted.add(-opened.sessionId()); // may be, later
            }
            return opened;
        }

        private LedgerEvent inside(long id) {
            if (intercepted.remove(-id)) {
                intercepted.add(id);
                return new ProtocolDetected(id, SessionProtocol.HTTPS_MITM);
            }
            if (intercepted.contains(id)) {
                tunnelOf.put(++lastId, id);
                return open(exchange(lastId, id));
            }
            Long tunnel = tunnelOf.get(id);
            return EventStorm.exchange(id, tunnel == null ? 0 : tunnel, tally(total(id)), AT);
        }

        private LedgerEvent close(long id) {
            open.remove(id);
            tunnelOf.remove(id);
            return closed(id, total(id));
        }

        private long total(long id) {
            return Objects.requireNonNull(up.get(id));
        }
    }
}
