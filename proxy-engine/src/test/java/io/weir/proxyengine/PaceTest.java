package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LoopPublisher;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions that would read without end, on several loops, by a clock that the test moves: what passes, and who gets how much of it. */
class PaceTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;
    private static final long LATE = 5 * MILLI;

    private TestLedger ledger;
    private LoopPublisher publisher;
    private long ids;

    @BeforeEach
    void open() {
        ledger = TestLedger.start(1024);
        publisher = new LoopPublisher(ledger.bus(), (task, delay) -> {}, () -> 0);
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    private SessionMeter meter() {
        long id = ++ids;
        return publisher.openSoon(new SessionOpened(id, 0, SessionProtocol.HTTP, "GET", "a", "", "c", ""));
    }

    /** Reads whatever it may. */
    private final class Reader implements Pace.Gate {
        private final SessionMeter meter = meter();
        private final Bandwidth bandwidth;
        private final FakePaceClock clock;
        private final Random random;
        private final List<long[]> reads = new ArrayList<>();
        private boolean stopped;

        Reader(LoopBandwidth loop, String user, long ruleRate, FakePaceClock clock, Random random) {
            this.clock = clock;
            this.random = random;
            bandwidth = Objects.requireNonNull(loop.of(meter, user, ruleRate));
            bandwidth.down().add(this);
            clock.schedule(this::open, random.nextLong(20 * MILLI));
        }

        @Override
        public void open() {
            for (int moves = 0; moves < 4; moves++) {
                long bytes = stopped ? 0 : bandwidth.down().mayRead();
                if (bytes <= 0) {
                    return;
                }
                bytes = Math.min(bytes, 1 + random.nextInt(64 << 10));
                meter.originDown(bytes);
                reads.add(new long[] {clock.elapsedNanos(), bytes});
            }
            clock.schedule(this::open, 0); // epoll reports what was left
        }

        long bytes() {
            return meter.total().originDown();
        }
    }

    private static Bandwidth limit(LoopBandwidth loop, SessionMeter meter, String user) {
        return Objects.requireNonNull(loop.of(meter, user, 0));
    }

    private static LoopBandwidth loop(SharedBandwidth shared, FakePaceClock clock) {
        return new LoopBandwidth(shared, clock, new Sweep(500));
    }

    private static void assertNoWindowHasMore(List<Reader> readers, long rate, long slackBytes) {
        List<long[]> all = new ArrayList<>();
        readers.forEach(each -> all.addAll(each.reads));
        all.sort((a, b) -> Long.compare(a[0], b[0]));
        int from = 0;
        long sum = 0;
        for (long[] read : all) {
            sum += read[1];
            while (read[0] - all.get(from)[0] > SECOND) {
                sum -= all.get(from++)[1];
            }
            double seconds = (read[0] - all.get(from)[0]) / (double) SECOND;
            assertThat((double) sum).isLessThanOrEqualTo(seconds * rate + slackBytes);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void allTogetherGetTheRateAndEachItsShareOfIt(long seed) {
        var random = new Random(seed);
        var clock = new FakePaceClock(random, LATE);
        long rate = (64L << 10) << random.nextInt(10);
        int loops = 1 + random.nextInt(3);
        var shared = new SharedBandwidth(new BandwidthLimits(rate, 0, 0), loops, clock::nanos);
        List<Reader> readers = new ArrayList<>();
        int sessions = 2 + random.nextInt(15);
        for (int loop = 0; loop < loops; loop++) {
            LoopBandwidth of = loop(shared, clock);
            for (int i = 0; i < sessions; i++) {
                readers.add(new Reader(of, "", 0, clock, random));
            }
        }
        clock.advance(20 * SECOND);

        long sum = readers.stream().mapToLong(Reader::bytes).sum();
        assertThat((double) sum).as("seed %d", seed).isBetween(rate * 20 * 0.97, rate * 20 * 1.02);
        long share = sum / readers.size();
        assertThat(readers)
                .as("seed %d: %d on each of %d loops", seed, sessions, loops)
                .allSatisfy(each -> assertThat(each.bytes()).isBetween(share / 2, share * 2));
        assertNoWindowHasMore(readers, rate, rate / 5 + readers.size() * 1460L);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void noSessionStarvesWhateverLimitsIt(long seed) {
        var random = new Random(seed);
        var clock = new FakePaceClock(random, LATE);
        long rate = 1 << 20;
        var shared = new SharedBandwidth(new BandwidthLimits(rate, rate / 3, rate / 4), 2, clock::nanos);
        List<Reader> readers = new ArrayList<>();
        List<List<Reader>> users = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        LoopBandwidth[] loops = {loop(shared, clock), loop(shared, clock)};
        for (int i = 0; i < 24; i++) {
            int user = random.nextInt(3);
            var reader = new Reader(
                    loops[random.nextInt(2)], "user-" + user, random.nextBoolean() ? 0 : rate / 50, clock, random);
            readers.add(reader);
            users.get(user).add(reader);
        }
        clock.advance(20 * SECOND);

        assertThat(readers).as("seed %d", seed).allSatisfy(each -> {
            assertThat(each.bytes()).isGreaterThan(rate * 20 / 24 / 8);
            long before = 0;
            for (long[] read : each.reads) {
                assertThat(read[0] - before).isLessThan(SECOND);
                before = read[0];
            }
        });
        assertNoWindowHasMore(readers, rate, rate / 5 + readers.size() * 1460L);
        for (List<Reader> user : users) {
            assertNoWindowHasMore(user, rate / 3, rate / 3 / 5 + user.size() * 1460L);
        }
        for (Reader each : readers) {
            assertNoWindowHasMore(List.of(each), rate / 4, rate / 4 / 5 + 1460L);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1024, 3000, 100_000, 1 << 20, 64 << 20, 1L << 30})
    void oneSessionGetsItsRateAndWakesSeldom(long rate) {
        var random = new Random(rate);
        var clock = new FakePaceClock(random, LATE);
        var shared = new SharedBandwidth(BandwidthLimits.NONE, 2, clock::nanos);
        var reader = new Reader(loop(shared, clock), "", rate, clock, random);
        clock.advance(10 * SECOND);

        assertThat((double) reader.bytes()).isBetween(rate * 10 * 0.97, rate * 10 * 1.03);
        long shifts = reader.reads.size() / 4; // that have themselves called again, as epoll would
        assertThat(clock.runs()).isLessThan(10 * 50 + shifts + 60);
        assertNoWindowHasMore(List.of(reader), rate, Math.max(rate / 5, 1500));
    }

    @Test
    void whatWasReadBeyondTheLimitIsWaitedOff() {
        var random = new Random(1);
        var clock = new FakePaceClock(random, 0);
        var shared = new SharedBandwidth(new BandwidthLimits(0, 0, 100_000), 1, clock::nanos);
        SessionMeter meter = meter();
        Bandwidth bandwidth = limit(loop(shared, clock), meter, "");
        Pace up = bandwidth.up();
        assertThat(up.mayRead()).isEqualTo(2000);
        meter.up(202_000);

        assertThat(up.mayRead()).isZero();
        assertThat(up.isWaiting()).isTrue();
        assertThat(bandwidth.down().mayRead()).isPositive();
        clock.advance(1900 * MILLI);
        assertThat(up.isWaiting()).isTrue();
        clock.advance(200 * MILLI);
        assertThat(up.isWaiting()).isFalse();
        assertThat(up.mayRead()).isEqualTo(2000);
    }

    @Test
    void aSessionThatEndsLeavesTheLineAndItsTimer() {
        var random = new Random(1);
        var clock = new FakePaceClock(random, 0);
        var shared = new SharedBandwidth(new BandwidthLimits(100_000, 0, 50_000), 1, clock::nanos);
        LoopBandwidth loop = loop(shared, clock);
        var first = new Reader(loop, "", 0, clock, random);
        var second = new Reader(loop, "", 0, clock, random);
        clock.advance(SECOND);
        first.stopped = true;
        second.stopped = true;
        first.bandwidth.close();
        second.bandwidth.close();
        long runs = clock.runs();

        assertThat(clock.waiting()).isZero();
        clock.advance(10 * SECOND);
        assertThat(clock.runs()).isEqualTo(runs);
        var third = new Reader(loop, "", 0, clock, random);
        clock.advance(SECOND);
        assertThat(third.bytes()).isGreaterThan(45_000);
    }

    @Test
    void usersAreForgottenWhenNothingIsLeftToRemember() {
        var clock = new FakePaceClock(new Random(1), 0);
        var sweep = new Sweep(500);
        var shared = new SharedBandwidth(new BandwidthLimits(0, 1000, 0), 1, clock::nanos);
        var loop = new LoopBandwidth(shared, clock, sweep);
        SessionMeter meter = meter();
        Bandwidth bandwidth = limit(loop, meter, "anna");
        assertThat(loop.of(meter(), "", 0)).isNull();
        bandwidth.up().mayRead();
        meter.up(10_000);
        bandwidth.close();
        sweep.all().forEach(each -> each.sweep(clock.nanos()));
        assertThat(loop.users() + shared.users()).isEqualTo(2);

        Bandwidth anew = limit(loop, meter(), "anna");
        assertThat(anew.up().mayRead()).isZero(); // she has not paid
        anew.close();
        clock.advance(20 * SECOND);
        sweep.all().forEach(each -> each.sweep(clock.nanos()));
        assertThat(loop.users() + shared.users()).isZero();
        assertThat(sweep.all()).isEmpty();
    }

    @Test
    void anotherRateIsForThoseThatAreOpen() {
        var random = new Random(1);
        var clock = new FakePaceClock(random, 0);
        var shared = new SharedBandwidth(new BandwidthLimits(0, 0, 10_000), 1, clock::nanos);
        var reader = new Reader(loop(shared, clock), "", 0, clock, random);
        clock.advance(2 * SECOND);
        long before = reader.bytes();
        shared.limits(new BandwidthLimits(0, 0, 1_000_000));
        clock.advance(2 * SECOND);

        assertThat(before).isBetween(19_000L, 22_000L);
        assertThat(reader.bytes() - before).isBetween(1_900_000L, 2_100_000L);
    }

    @Test
    void aSingleUserHasAnotherRateThanEverybodyAlsoWhenItChanges() {
        var random = new Random(1);
        var clock = new FakePaceClock(random, 0);
        var shared = new SharedBandwidth(
                new BandwidthLimits(0, 10_000, 0, Map.of("anna", 40_000L, "free", 0L)), 1, clock::nanos);
        LoopBandwidth loop = loop(shared, clock);
        var anna = new Reader(loop, "anna", 0, clock, random);
        var alsoAnna = new Reader(loop, "anna", 0, clock, random);
        var bert = new Reader(loop, "bert", 0, clock, random);
        assertThat(loop.of(meter(), "free", 0)).isNull();
        clock.advance(2 * SECOND);
        long annaBefore = anna.bytes() + alsoAnna.bytes();
        long bertBefore = bert.bytes();
        shared.limits(new BandwidthLimits(0, 20_000, 0, Map.of("bert", 80_000L)));
        clock.advance(2 * SECOND);

        assertThat(annaBefore).isBetween(78_000L, 86_000L);
        assertThat(bertBefore).isBetween(19_000L, 22_000L);
        assertThat(anna.bytes() + alsoAnna.bytes() - annaBefore).isBetween(38_000L, 44_000L);
        assertThat(bert.bytes() - bertBefore).isBetween(156_000L, 168_000L);
    }
}
