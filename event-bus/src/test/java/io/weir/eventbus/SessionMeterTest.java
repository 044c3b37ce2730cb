package io.weir.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.TestConsumer.Session;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What one session says, and in which slots, on a ring with room. */
class SessionMeterTest {
    private final EventBus bus = EventBus.create(64);
    private final TestConsumer consumer = new TestConsumer();
    private final TestLoop loop = new TestLoop(bus);

    SessionMeterTest() {
        bus.sessionIds().grant(1_000);
    }

    @AfterEach
    void nothingStrangeWasSeen() {
        taken();
        assertThat(consumer.faults()).isEmpty();
        assertThat(consumer.failures()).isEmpty();
    }

    /** Ends the bus and answers what its consumer took, one line a slot. */
    private List<String> taken() {
        if (!consumer.isStopped()) {
            bus.start(consumer);
            bus.close();
        }
        return consumer.log();
    }

    @Test
    void openingAndClosingArePublishedAtOnceAndDeltasInBetweenTogetherAfterTheInterval() {
        SessionMeter meter = loop.open();
        meter.up(3);
        meter.up(4);
        meter.down(5);
        loop.advance(LoopPublisher.INTERVAL_MILLIS);
        meter.up(1);
        loop.advance(LoopPublisher.INTERVAL_MILLIS);
        meter.close(CloseReason.COMPLETED, 200);

        assertThat(taken()).containsExactly("1 opened", "1 up=7 down=5", "1 up=1 down=0", "1 closed");
    }

    @Test
    void aSmallDeltaWaitsForTheWholeIntervalAndNoLonger() {
        SessionMeter meter = loop.open();
        meter.up(3);

        loop.advance(LoopPublisher.INTERVAL_MILLIS - 1);
        assertThat(bus.backlog()).isEqualTo(1);
        assertThat(loop.publisher().hasPending()).isTrue();

        loop.advance(1);
        assertThat(bus.backlog()).isEqualTo(2);
        assertThat(loop.publisher().hasPending()).isFalse();
    }

    @Test
    void aLargeDeltaIsPublishedAtOnce() {
        SessionMeter meter = loop.open();
        meter.down(LoopPublisher.LARGE_DELTA_BYTES);

        assertThat(taken()).containsExactly("1 opened", "1 up=0 down=1048576");
    }

    @Test
    void aDeltaThatBecomesLargeWhileItWaitsIsPublishedAtOnceAndOnlyOnce() {
        SessionMeter meter = loop.open();
        meter.down(LoopPublisher.LARGE_DELTA_BYTES - 1);
        meter.up(1);
        assertThat(bus.backlog()).isEqualTo(2);

        loop.advance(LoopPublisher.INTERVAL_MILLIS);
        assertThat(loop.publisher().hasPending()).isFalse();
        assertThat(taken()).containsExactly("1 opened", "1 up=1 down=1048575");
    }

    @Test
    void whatComesAfterALargeDeltaWaitsForTheTimerThatRunsAlready() {
        SessionMeter meter = loop.open();
        meter.down(1);
        meter.down(LoopPublisher.LARGE_DELTA_BYTES);
        meter.down(2);

        loop.advance(LoopPublisher.INTERVAL_MILLIS);

        assertThat(taken()).containsExactly("1 opened", "1 up=0 down=1048577", "1 up=0 down=2");
    }

    @Test
    void closingCarriesTheLastDelta() {
        SessionMeter meter = loop.open();
        meter.up(3);
        meter.close(CloseReason.CLIENT_RESET, 0);

        loop.advance(LoopPublisher.INTERVAL_MILLIS);

        assertThat(taken()).containsExactly("1 opened", "1 up=3 down=0 closed");
    }

    @Test
    void closingStatesTheTotalsAndTheReason() {
        SessionMeter meter = loop.open();
        meter.up(1);
        loop.advance(LoopPublisher.INTERVAL_MILLIS);
        meter.up(10);
        meter.down(2);
        meter.overheadUp(3);
        meter.overheadDown(4);
        meter.originUp(5);
        meter.originDown(6);
        meter.close(CloseReason.ORIGIN_ABORTED, 502);
        taken();

        var totals = new Tally(11, 2, 3, 4, 5, 6);
        assertThat(consumer.session(1).closed).isEqualTo(new SessionClosed(1, CloseReason.ORIGIN_ABORTED, 502, totals));
        assertThat(consumer.session(1).sum.toTally()).isEqualTo(totals);
        assertThat(meter.total().toTally()).isEqualTo(totals);
    }

    @Test
    void everyEventHasTheTimeAtWhichItHappened() {
        SessionMeter meter = loop.open();
        loop.advance(10);
        meter.originConnected("192.0.2.1:443");
        loop.advance(100);
        meter.close(CloseReason.COMPLETED, 200);
        taken();

        Session session = consumer.session(1);
        assertThat(session.openedAtMillis).isEqualTo(1_000).isEqualTo(meter.openedAtMillis());
        assertThat(session.originAddress).isEqualTo("192.0.2.1:443");
        assertThat(session.originConnectedAtMillis).isEqualTo(1_010);
        assertThat(session.closedAtMillis).isEqualTo(1_110);
    }

    @Test
    void connectingTheOriginIsPublishedOnceAndWithTheDeltaOfItsTime() {
        SessionMeter meter = loop.open();
        meter.originConnected("192.0.2.1:443");
        meter.up(9);
        loop.advance(LoopPublisher.INTERVAL_MILLIS);
        meter.up(1);
        loop.advance(LoopPublisher.INTERVAL_MILLIS);

        assertThat(taken()).containsExactly("1 opened", "1 connected up=9 down=0", "1 up=1 down=0");
    }

    @Test
    void oneSlotCarriesAllThatASessionHasToSay() {
        SessionMeter meter = loop.openSoon();
        meter.originConnected("192.0.2.1:443");
        meter.up(9);
        ExchangeCompleted exchange = TestLoop.exchange(meter);
        meter.exchangeCompleted(exchange);
        meter.close(CloseReason.COMPLETED, 200);

        assertThat(taken()).containsExactly("1 opened connected up=9 down=0 exchange closed");
        assertThat(consumer.session(1).exchange).isSameAs(exchange);
    }

    @Test
    void whatATunnelCarriesIsPublishedAtOnceWithItsTime() {
        SessionMeter meter = loop.open();
        meter.up(517);
        loop.advance(2);
        meter.protocolDetected(SessionProtocol.HTTPS_MITM);

        assertThat(loop.publisher().hasPending()).isTrue();
        loop.advance(LoopPublisher.INTERVAL_MILLIS);
        assertThat(taken()).containsExactly("1 opened", "1 detected up=517 down=0");
        assertThat(consumer.session(1).detected).isEqualTo(SessionProtocol.HTTPS_MITM);
        assertThat(consumer.session(1).detectedAtMillis).isEqualTo(1_002);
    }

    @Test
    void anExchangeIsPublishedOnceAndWithTheDeltaThatItEndsWith() {
        SessionMeter meter = loop.open();
        meter.up(9);
        meter.exchangeCompleted(TestLoop.exchange(meter));
        loop.advance(LoopPublisher.INTERVAL_MILLIS);
        meter.close(CloseReason.COMPLETED, 200);

        assertThat(taken()).containsExactly("1 opened", "1 up=9 down=0 exchange", "1 closed");
    }

    @Test
    void aClosedSessionTurnsOutToBeNothingAndCompletesNothing() {
        SessionMeter meter = loop.open();
        meter.close(CloseReason.COMPLETED, 200);

        assertThatIllegalStateException()
                .isThrownBy(() -> meter.protocolDetected(SessionProtocol.HTTPS_MITM))
                .withMessageContaining("session 1 is closed already");
        assertThatIllegalStateException().isThrownBy(() -> meter.exchangeCompleted(TestLoop.exchange(meter)));
        assertThat(taken()).containsExactly("1 opened", "1 closed");
    }

    @Test
    void nothingIsPublishedWhenNothingMoved() {
        SessionMeter meter = loop.open();
        meter.up(0);
        loop.advance(LoopPublisher.INTERVAL_MILLIS);
        loop.advance(1_000);

        assertThat(loop.runningTimers()).isZero();
        assertThat(taken()).containsExactly("1 opened");
    }

    @ParameterizedTest
    @MethodSource("io.weir.eventbus.MeterCount#six")
    void eachCountArrivesAsItself(MeterCount count) {
        SessionMeter meter = loop.open();
        count.add().accept(meter, 42);
        meter.close(CloseReason.COMPLETED, 200);
        taken();

        assertThat(count.read().applyAsLong(consumer.session(1).sum)).isEqualTo(42);
        assertThat(MeterCount.sum(consumer.session(1).sum)).isEqualTo(42);
    }

    @ParameterizedTest
    @MethodSource("io.weir.eventbus.MeterCount#six")
    void addingAfterTheCloseThrowsAndChangesNothing(MeterCount count) {
        SessionMeter meter = loop.open();
        meter.up(1);
        meter.close(CloseReason.IDLE_TIMEOUT, 0);

        assertThatIllegalStateException()
                .isThrownBy(() -> count.add().accept(meter, 5))
                .withMessageContaining("session 1 ")
                .withMessageContaining("after it was closed");

        assertThat(meter.total().toTally()).isEqualTo(new Tally(1, 0, 0, 0, 0, 0));
        loop.advance(LoopPublisher.INTERVAL_MILLIS);
        assertThat(taken()).containsExactly("1 opened", "1 up=1 down=0 closed");
    }

    @ParameterizedTest
    @MethodSource("io.weir.eventbus.MeterCount#six")
    void aNegativeCountIsRefusedAndChangesNothing(MeterCount count) {
        SessionMeter meter = loop.open();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> count.add().accept(meter, -5))
                .withMessageContaining("session 1 moved -5 bytes");

        assertThat(meter.total().isZero()).isTrue();
        assertThat(loop.publisher().hasPending()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("io.weir.eventbus.MeterCount#six")
    void aTotalThatWouldOverflowThrowsAndChangesNothing(MeterCount count) {
        SessionMeter meter = loop.open();
        count.add().accept(meter, Long.MAX_VALUE);

        assertThatThrownBy(() -> count.add().accept(meter, 1)).isInstanceOf(ArithmeticException.class);

        meter.close(CloseReason.INTERNAL_ERROR, 0);
        taken();
        assertThat(count.read().applyAsLong(consumer.session(1).sum)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aSessionIsClosedOnce() {
        SessionMeter meter = loop.open();
        assertThat(meter.isOpen()).isTrue();
        meter.close(CloseReason.COMPLETED, 200);
        assertThat(meter.isOpen()).isFalse();

        assertThatIllegalStateException()
                .isThrownBy(() -> meter.close(CloseReason.INTERNAL_ERROR, 500))
                .withMessageContaining("session 1 is closed already: COMPLETED");
        assertThatIllegalStateException().isThrownBy(() -> meter.originConnected("192.0.2.1:443"));
        assertThat(taken()).containsExactly("1 opened", "1 closed");
    }

    @Test
    void anIdThatWasNotHandedOutOpensNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> loop.open(SessionIds.NONE))
                .withMessageContaining("without an id");
        assertThatIllegalArgumentException().isThrownBy(() -> loop.open(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> loop.open(SessionIds.LIMIT));

        assertThat(bus.backlog()).isZero();
    }
}
