package io.weir.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.eventbus.LedgerEvent.CommandReceived;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the sessions of one loop do when the ring is full. A bus that was not started has a ring that stays full. */
@Tag("jdk")
class LoopPublisherTest {
    private final TestConsumer consumer = new TestConsumer();

    /** A ring without a free slot; session 1 has them all. */
    private static TestLoop loopOnAFullRing(EventBus bus) {
        bus.sessionIds().grant(1_000_000);
        var loop = new TestLoop(bus);
        SessionMeter first = loop.open();
        for (int i = 1; i < bus.slots(); i++) {
            first.up(LoopPublisher.LARGE_DELTA_BYTES);
        }
        assertThat(bus.backlog()).isEqualTo(bus.slots());
        assertThat(loop.publisher().hasPending()).isFalse();
        return loop;
    }

    /** Lets the consumer take what is there, and all that the loop publishes on its timer. */
    private List<String> drain(EventBus bus, TestLoop loop) {
        bus.start(consumer);
        Soon.until(() -> {
            loop.advance(LoopPublisher.INTERVAL_MILLIS);
            return !loop.publisher().hasPending();
        });
        bus.close();
        assertThat(consumer.faults()).isEmpty();
        assertThat(consumer.failures()).isEmpty();
        assertThat(loop.runningTimers()).isZero();
        return consumer.log();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 64})
    void aFullRingMergesDeltasAndLosesNoByte(int slots) {
        var bus = EventBus.create(slots);
        TestLoop loop = loopOnAFullRing(bus);
        SessionMeter meter = loop.open();
        for (int i = 0; i < 1_000; i++) {
            meter.up(1);
            meter.down(2);
            loop.advance(1);
        }
        meter.close(CloseReason.COMPLETED, 200);

        drain(bus, loop);

        assertThat(consumer.session(2).slots).isEqualTo(1);
        assertThat(consumer.session(2).sum.toTally()).isEqualTo(new Tally(1_000, 2_000, 0, 0, 0, 0));
        assertThat(consumer.session(1).sum.up()).isEqualTo((slots - 1) * LoopPublisher.LARGE_DELTA_BYTES);
    }

    @Test
    void countsSoLargeThatTheirSumOverflowsAreStillPublished() {
        var bus = EventBus.create(2);
        bus.sessionIds().grant(10);
        var loop = new TestLoop(bus);
        SessionMeter meter = loop.open();
        loop.open();
        meter.up(Long.MAX_VALUE);
        meter.down(Long.MAX_VALUE);
        meter.overheadUp(2);

        drain(bus, loop);

        assertThat(consumer.session(1).sum.toTally()).isEqualTo(new Tally(Long.MAX_VALUE, Long.MAX_VALUE, 2, 0, 0, 0));
    }

    @Test
    void mergesAndWaitsAreCountedWhileTheRingIsFullAndOnlyThen() {
        var bus = EventBus.create(4);
        TestLoop loop = loopOnAFullRing(bus);
        SessionMeter meter = loop.open();
        assertThat(bus.counters().waits()).isEqualTo(1);
        meter.up(1);
        meter.down(1);
        meter.down(LoopPublisher.LARGE_DELTA_BYTES);
        assertThat(bus.counters().merges()).isEqualTo(2);
        loop.advance(3 * LoopPublisher.INTERVAL_MILLIS);
        assertThat(bus.counters().waits()).isEqualTo(4);

        drain(bus, loop);

        assertThat(bus.counters().merges()).isEqualTo(2);
    }

    @Test
    void deltasThatTheTimerGathersAreNoMerges() {
        var bus = EventBus.create(4);
        bus.sessionIds().grant(10);
        var loop = new TestLoop(bus);
        SessionMeter meter = loop.open();
        meter.up(1);
        meter.up(1);
        meter.up(1);

        drain(bus, loop);

        assertThat(bus.counters().merges()).isZero();
        assertThat(bus.counters().waits()).isZero();
    }

    @Test
    void aSessionThatClosesBeforeItsOpeningWasPublishedSaysAllInOneSlot() {
        var bus = EventBus.create(2);
        TestLoop loop = loopOnAFullRing(bus);
        SessionMeter meter = loop.open();
        meter.originConnected("192.0.2.1:443");
        meter.up(5);
        meter.down(6);
        meter.close(CloseReason.COMPLETED, 200);

        assertThat(drain(bus, loop)).endsWith("2 opened connected up=5 down=6 closed");
    }

    @Test
    void aSessionThatNeedNotShowAtOnceAndIsShortTakesOneSlot() {
        var bus = EventBus.create(4);
        bus.sessionIds().grant(10);
        var loop = new TestLoop(bus);
        SessionMeter meter = loop.openSoon();
        meter.originConnected("192.0.2.1:80");
        meter.up(5);
        meter.down(6);
        assertThat(bus.backlog()).isZero();
        meter.close(CloseReason.COMPLETED, 200);
        assertThat(bus.backlog()).isEqualTo(1);

        assertThat(drain(bus, loop)).containsExactly("1 opened connected up=5 down=6 closed");
    }

    @Test
    void aSessionThatNeedNotShowAtOnceShowsWithTheNextTimer() {
        var bus = EventBus.create(4);
        bus.sessionIds().grant(10);
        var loop = new TestLoop(bus);
        SessionMeter meter = loop.openSoon();
        loop.advance(LoopPublisher.INTERVAL_MILLIS);
        assertThat(bus.backlog()).isEqualTo(1);
        meter.close(CloseReason.COMPLETED, 200);

        assertThat(drain(bus, loop)).containsExactly("1 opened", "1 closed");
    }

    @Test
    void anEventThatNamesASessionComesAfterItsOpeningThoughThatWaits() {
        var bus = EventBus.create(4);
        bus.sessionIds().grant(10);
        var loop = new TestLoop(bus);
        SessionMeter meter = loop.openSoon();
        var refused = new ConnectionRefused(meter.id(), "127.0.0.1:5", "denied.example:80", "by rule");
        loop.publisher().publish(meter, refused);

        List<String> log = drain(bus, loop);

        assertThat(log.get(0)).isEqualTo("1 opened");
        assertThat(log.get(1)).startsWith("ConnectionRefused[sessionId=1");
    }

    @Test
    void aLoopThatIsHeldUpDoesNotAskTheRingAgainBeforeItsTimer() {
        var bus = EventBus.create(2);
        TestLoop loop = loopOnAFullRing(bus);
        SessionMeter meter = loop.open();

        for (int i = 0; i < 100; i++) {
            meter.up(LoopPublisher.LARGE_DELTA_BYTES);
            loop.open().close(CloseReason.OVERLOADED, 503);
        }

        assertThat(bus.counters().waits()).isEqualTo(1);
        assertThat(loop.runningTimers()).isEqualTo(1);
    }

    @Test
    void nobodyOvertakesASessionThatWaitsForASlot() {
        var bus = EventBus.create(2);
        TestLoop loop = loopOnAFullRing(bus);
        SessionMeter parent = loop.open();
        bus.start(consumer);
        Soon.until(() -> bus.backlog() == 0);

        SessionMeter child = loop.open();
        child.close(CloseReason.COMPLETED, 200);
        loop.publisher().publish(new ConnectionRefused(parent.id(), "127.0.0.1:5", "denied.example:443", "by rule"));
        loop.publisher().publishPending();
        Soon.until(() -> {
            loop.advance(LoopPublisher.INTERVAL_MILLIS);
            return consumer.slots() == 5;
        });
        bus.close();

        assertThat(consumer.log().subList(2, 4)).containsExactly("2 opened", "3 opened closed");
        assertThat(consumer.log().get(4)).startsWith("ConnectionRefused[sessionId=2");
        assertThat(consumer.faults()).isEmpty();
    }

    @Test
    void onAFullRingASessionKeepsAllItHasToSayForOneSlot() {
        var bus = EventBus.create(2);
        TestLoop loop = loopOnAFullRing(bus);
        SessionMeter meter = loop.open();
        meter.originConnected("192.0.2.1:443");
        meter.up(3);
        ExchangeCompleted exchange = TestLoop.exchange(meter);
        meter.exchangeCompleted(exchange);
        meter.close(CloseReason.COMPLETED, 200);

        assertThat(drain(bus, loop)).endsWith("2 opened connected up=3 down=0 exchange closed");
        assertThat(consumer.session(2).exchange).isSameAs(exchange);
    }

    @Test
    void onAFullRingAnInterceptedTunnelClosesBehindItsExchanges() {
        var bus = EventBus.create(2);
        TestLoop loop = loopOnAFullRing(bus);
        SessionMeter tunnel = loop.open();
        tunnel.protocolDetected(SessionProtocol.HTTPS_MITM);
        SessionMeter exchange = loop.open();
        exchange.up(3);
        tunnel.up(40);
        exchange.close(CloseReason.COMPLETED, 200);
        tunnel.close(CloseReason.COMPLETED, 0);

        assertThat(drain(bus, loop))
                .endsWith("2 opened detected up=40 down=0", "3 opened up=3 down=0 closed", "2 closed");
    }

    @Test
    void aLoopIsNoLongerHeldUpWhenItsQueueIsEmpty() {
        var bus = EventBus.create(2);
        TestLoop loop = loopOnAFullRing(bus);
        SessionMeter meter = loop.open();
        bus.start(consumer);
        Soon.until(() -> bus.backlog() == 0);
        loop.advance(LoopPublisher.INTERVAL_MILLIS);
        assertThat(loop.publisher().hasPending()).isFalse();

        meter.close(CloseReason.COMPLETED, 200);

        assertThat(loop.publisher().hasPending()).isFalse();
        bus.close();
        assertThat(consumer.log()).endsWith("2 opened", "2 closed");
    }

    @Test
    void eventsOfNoSessionStayInOrderAndKeepTheirTime() {
        var bus = EventBus.create(4);
        TestLoop loop = loopOnAFullRing(bus);
        List<LedgerEvent> given = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            LedgerEvent event = new CommandReceived("closeConnection", i, "test");
            given.add(event);
            loop.publisher().publish(event);
            loop.advance(1);
        }

        List<String> log = drain(bus, loop);

        assertThat(consumer.notices()).isEqualTo(given);
        for (int i = 0; i < given.size(); i++) {
            assertThat(log.get(4 + i)).isEqualTo(given.get(i) + " at " + (1_000 + i));
        }
    }

    @Test
    void anEventOfNoSessionIsPublishedAtOnceWhenThereIsRoom() {
        var bus = EventBus.create(2);
        var loop = new TestLoop(bus);

        loop.publisher().publish(new CommandReceived("closeAllConnections", 0, "test"));

        assertThat(bus.backlog()).isEqualTo(1);
        assertThat(loop.publisher().hasPending()).isFalse();
        assertThat(loop.scheduled()).isZero();
    }

    @Test
    void sessionsMayCloseWhileEventsWait() {
        var bus = EventBus.create(2);
        TestLoop loop = loopOnAFullRing(bus);
        loop.publisher().publish(new CommandReceived("closeAllConnections", 0, "test"));
        SessionMeter meter = loop.open();
        meter.up(1);
        loop.publisher().publish(new CommandReceived("closeConnection", meter.id(), "test"));
        meter.close(CloseReason.CLOSED_BY_COMMAND, 0);

        List<String> log = drain(bus, loop);

        assertThat(log.get(2)).startsWith("CommandReceived[command=closeAllConnections");
        assertThat(log.get(3)).isEqualTo("2 opened up=1 down=0 closed");
        assertThat(log.get(4)).startsWith("CommandReceived[command=closeConnection, sessionId=2");
    }

    @Test
    void tenThousandDirtySessionsArePublishedOnceEachByOneTimer() {
        int sessions = 10_000;
        var bus = EventBus.create(32_768);
        bus.sessionIds().grant(sessions + 1);
        var loop = new TestLoop(bus);
        List<SessionMeter> meters = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            meters.add(loop.open());
        }
        for (int round = 0; round < 5; round++) {
            meters.forEach(meter -> meter.up(meter.id()));
        }
        assertThat(loop.scheduled()).isEqualTo(1);

        loop.advance(LoopPublisher.INTERVAL_MILLIS);

        assertThat(bus.backlog()).isEqualTo(2L * sessions);
        assertThat(loop.runningTimers()).isZero();
        drain(bus, loop);
        for (SessionMeter meter : meters) {
            assertThat(consumer.session(meter.id()).sum.up()).isEqualTo(5 * meter.id());
            assertThat(consumer.session(meter.id()).slots).isEqualTo(2);
        }
    }

    @Test
    void tenThousandDirtySessionsPassThroughASmallRing() {
        int sessions = 10_000;
        var bus = EventBus.create(64);
        bus.sessionIds().grant(sessions + 1);
        var loop = new TestLoop(bus);
        List<SessionMeter> meters = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            meters.add(loop.open());
        }
        meters.forEach(meter -> meter.down(meter.id()));
        meters.forEach(meter -> meter.close(CloseReason.COMPLETED, 200));

        bus.start(consumer);
        Soon.until(() -> {
            loop.publisher().publishPending();
            return !loop.publisher().hasPending();
        });
        bus.close();

        assertThat(consumer.faults()).isEmpty();
        assertThat(consumer.sessions()).hasSize(sessions);
        assertThat(consumer.sessions().values()).allMatch(session -> session.closed != null);
    }

    @Test
    void soMuchMayWaitAndNoMore() {
        var bus = EventBus.create(2);
        TestLoop loop = loopOnAFullRing(bus);
        for (int i = 0; i < LoopPublisher.BACKLOG_LIMIT; i++) {
            loop.open().close(CloseReason.COMPLETED, 200);
        }
        assertThat(loop.publisher().isBacklogged()).isFalse();

        loop.publisher().publish(new CommandReceived("closeAllConnections", 0, "test"));

        assertThat(loop.publisher().isBacklogged()).isTrue();
    }

    @Test
    void theTimerRunsOnlyWhileSomethingWaits() {
        var bus = EventBus.create(64);
        bus.sessionIds().grant(10);
        var loop = new TestLoop(bus);
        SessionMeter meter = loop.open();
        assertThat(loop.runningTimers()).isZero();

        meter.up(1);
        meter.up(1);
        assertThat(loop.runningTimers()).isEqualTo(1);
        loop.advance(LoopPublisher.INTERVAL_MILLIS);
        assertThat(loop.runningTimers()).isZero();

        meter.up(1);
        assertThat(loop.runningTimers()).isEqualTo(1);
        assertThat(loop.scheduled()).isEqualTo(2);
    }

    @Test
    void aTimerThatCouldNotBeStartedIsStartedByTheNextThatNeedsIt() {
        var bus = EventBus.create(64);
        List<Runnable> timers = new ArrayList<>();
        boolean[] isRefusing = {true};
        var publisher = new LoopPublisher(
                bus,
                (task, delay) -> {
                    if (isRefusing[0]) {
                        throw new RejectedExecutionException("shut down");
                    }
                    timers.add(task);
                },
                () -> 0);
        SessionMeter first = publisher.open(TestLoop.opening(1));
        SessionMeter second = publisher.open(TestLoop.opening(2));
        assertThatThrownBy(() -> first.up(3)).isInstanceOf(RejectedExecutionException.class);

        isRefusing[0] = false;
        second.up(4);

        assertThat(timers).hasSize(1);
        timers.get(0).run();
        assertThat(bus.backlog()).isEqualTo(4);
        assertThat(publisher.hasPending()).isFalse();
    }
}
