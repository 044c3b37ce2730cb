package io.weir.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.weir.eventbus.LedgerEvent.CommandReceived;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@Tag("jdk")
class EventBusTest {
    private final TestConsumer consumer = new TestConsumer();

    private static LedgerEvent event(long number) {
        return new CommandReceived("closeConnection", number, "test");
    }

    /** Publishes that event, as often as it takes. */
    private static void publish(EventBus bus, long number) {
        Soon.until(() -> bus.tryPublish(event(number), number));
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -4, -1, 0, 1, 3, 1_000, Integer.MAX_VALUE})
    void aRingThatIsNoPowerOfTwoIsRefusedWithItsSize(int slots) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventBus.create(slots))
                .withMessageContaining("power of two")
                .withMessageContaining("not " + slots);
    }

    @Test
    void whatIsPublishedBeforeTheStartWaitsAndIsNotOverwritten() {
        var bus = EventBus.create(4);
        for (int i = 0; i < 4; i++) {
            assertThat(bus.tryPublish(event(i), 0)).isTrue();
        }
        assertThat(bus.tryPublish(event(4), 0)).isFalse();
        assertThat(bus.backlog()).isEqualTo(4);

        bus.start(consumer);
        bus.close();

        assertThat(consumer.notices()).containsExactly(event(0), event(1), event(2), event(3));
        assertThat(bus.backlog()).isZero();
    }

    @Test
    void aBusHasOneConsumer() {
        try (var bus = EventBus.create(4)) {
            bus.start(consumer);

            assertThatIllegalStateException().isThrownBy(() -> bus.start(consumer));
        }
        assertThat(consumer.isStopped()).isTrue();
    }

    @Test
    void closingDeliversAllThatWasPublishedAndThenStops() {
        for (int round = 0; round < 300; round++) {
            var each = new TestConsumer();
            var bus = EventBus.create(16);
            bus.tryPublish(event(round), 0);
            bus.start(each);
            bus.tryPublish(event(-round), 0);

            bus.close();

            assertThat(each.notices()).containsExactly(event(round), event(-round));
            assertThat(each.isStopped()).isTrue();
            assertThat(each.faults()).isEmpty();
        }
    }

    @Test
    void closingABusThatNeverStartedReturns() {
        var bus = EventBus.create(4);
        bus.tryPublish(event(1), 0);

        bus.close();

        assertThat(bus.backlog()).isEqualTo(1);
    }

    @Test
    void closingTwiceStopsOnce() {
        var bus = EventBus.create(4);
        bus.start(consumer);
        bus.close();

        bus.close();

        assertThat(consumer.isStopped()).isTrue();
        assertThat(consumer.faults()).isEmpty();
    }

    @Test
    void anInterruptedCloserStillWaitsAndStaysInterrupted() {
        var bus = EventBus.create(4);
        bus.start(consumer);
        bus.tryPublish(event(1), 0);
        Thread.currentThread().interrupt();

        bus.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(consumer.notices()).containsExactly(event(1));
        assertThat(consumer.isStopped()).isTrue();
    }

    @Test
    void closingWaitsForASlowConsumer() {
        var gate = new CountDownLatch(1);
        var slow = new TestConsumer() {
            @Override
            public void onSlot(RingSlot slot, boolean endOfBatch) {
                awaitUninterruptibly(gate);
                super.onSlot(slot, endOfBatch);
            }
        };
        var bus = EventBus.create(4);
        bus.start(slow);
        bus.tryPublish(event(1), 0);
        bus.tryPublish(event(2), 0);
        var closer = new Thread(bus::close);
        closer.start();
        Soon.until(() -> closer.getState() == Thread.State.TIMED_WAITING);
        assertThat(slow.slots()).isZero();

        gate.countDown();

        Soon.until(() -> !closer.isAlive());
        assertThat(slow.notices()).containsExactly(event(1), event(2));
        assertThat(slow.isStopped()).isTrue();
    }

    private static void awaitUninterruptibly(CountDownLatch gate) {
        boolean isOpen = false;
        while (!isOpen) {
            try {
                gate.await();
                isOpen = true;
            } catch (InterruptedException e) {
                // once more
            }
        }
    }

    @Test
    void aFailureIsToldOnceAndTheRingIsEmptiedForEver() {
        var boom = new IllegalStateException("the third is too much");
        var failing = new TestConsumer() {
            @Override
            public void onSlot(RingSlot slot, boolean endOfBatch) {
                super.onSlot(slot, endOfBatch);
                if (slots() == 3) {
                    throw boom;
                }
            }
        };
        var bus = EventBus.create(4);
        bus.start(failing);

        for (int i = 0; i < 100; i++) {
            publish(bus, i);
        }
        Soon.until(() -> bus.backlog() == 0);
        bus.wakeConsumer();
        bus.close();

        assertThat(failing.failures()).containsExactly(boom);
        assertThat(failing.slots()).isEqualTo(3);
        assertThat(failing.isStopped()).isFalse();
        assertThat(failing.faults()).isEmpty();
    }

    @Test
    void aFailureOfIdleWorkIsToldToo() {
        var boom = new AssertionError("nothing to do");
        var failing = new TestConsumer() {
            @Override
            public void onIdle() {
                throw boom;
            }
        };
        var bus = EventBus.create(4);
        bus.start(failing);

        bus.wakeConsumer();
        Soon.until(() -> !failing.failures().isEmpty());
        publish(bus, 1);
        bus.wakeConsumer();
        bus.close();

        assertThat(failing.failures()).containsExactly(boom);
        assertThat(failing.slots()).isZero();
    }

    @Test
    void aFailureToStopIsToldAndClosingReturns() {
        var boom = new IllegalStateException("cannot stop");
        var failing = new TestConsumer() {
            @Override
            public void onStop() {
                throw boom;
            }
        };
        var bus = EventBus.create(4);
        bus.start(failing);
        publish(bus, 1);

        bus.close();

        assertThat(failing.failures()).containsExactly(boom);
        assertThat(failing.notices()).containsExactly(event(1));
    }

    @Test
    void aConsumerThatFailsEvenAtItsFailureStopsNeitherTheRingNorTheClosing() {
        var first = new IllegalStateException("first");
        var second = new IllegalStateException("second");
        var hopeless = new TestConsumer() {
            @Override
            public void onSlot(RingSlot slot, boolean endOfBatch) {
                throw first;
            }

            @Override
            public void onFailure(Throwable failure) {
                throw second;
            }
        };
        var uncaught = new AtomicReference<Throwable>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.set(failure));
        try {
            var bus = EventBus.create(2);
            bus.start(hopeless);

            for (int i = 0; i < 50; i++) {
                publish(bus, i);
            }
            bus.close();

            assertThat(bus.backlog()).isZero();
            assertThat(uncaught).hasValue(first);
            assertThat(first.getSuppressed()).containsExactly(second);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    @Test
    void theSameErrorTwiceAsWhenThereIsNoMemoryDoesNotEndTheThreadEither() {
        var none = new OutOfMemoryError("no heap");
        var hopeless = new TestConsumer() {
            @Override
            public void onSlot(RingSlot slot, boolean endOfBatch) {
                throw none;
            }

            @Override
            public void onFailure(Throwable failure) {
                throw none;
            }
        };
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            throw none;
        });
        try {
            var bus = EventBus.create(2);
            bus.start(hopeless);
            assertThat(bus.isConsumerLost()).isFalse();

            for (int i = 0; i < 50; i++) {
                publish(bus, i);
            }
            bus.close();

            assertThat(bus.backlog()).isZero();
            assertThat(bus.isConsumerLost()).isTrue();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    @Test
    void aBatchEndsWhereNothingMoreIsWaitingOrAtItsLimit() {
        List<Integer> batches = new ArrayList<>();
        var counting = new TestConsumer() {
            private int size;

            @Override
            public void onSlot(RingSlot slot, boolean endOfBatch) {
                size++;
                if (endOfBatch) {
                    batches.add(size);
                    size = 0;
                }
            }
        };
        int slots = 2 * EventBus.DEFAULT_SLOTS;
        var bus = EventBus.create(slots);
        for (int i = 0; i < EventBus.MAX_BATCH + 10; i++) {
            bus.tryPublish(event(i), 0);
        }

        bus.start(counting);
        bus.close();

        assertThat(batches).containsExactly(EventBus.MAX_BATCH, 10);
        assertThat(bus.slots()).isEqualTo(slots);
    }

    @Test
    void aSlotKeepsNothingOfWhatItCarriedBefore() {
        var bus = EventBus.create(2);
        bus.sessionIds().grant(10);
        bus.start(consumer);
        var loop = new TestLoop(bus);
        SessionMeter meter = loop.open();
        meter.originConnected("192.0.2.1:443");
        meter.up(5);
        loop.advance(LoopPublisher.INTERVAL_MILLIS);
        for (int i = 0; i < 4; i++) {
            Soon.until(() -> bus.backlog() == 0);
            loop.publisher().publish(event(i));
            meter.down(i + 1);
            Soon.until(() -> {
                loop.advance(LoopPublisher.INTERVAL_MILLIS);
                return !loop.publisher().hasPending();
            });
        }
        bus.close();

        assertThat(consumer.notices()).hasSize(4);
        assertThat(consumer.log().stream().filter(line -> line.startsWith("1 ")))
                .containsExactly(
                        "1 opened",
                        "1 connected up=5 down=0",
                        "1 up=0 down=1",
                        "1 up=0 down=2",
                        "1 up=0 down=3",
                        "1 up=0 down=4");
        assertThat(consumer.faults()).isEmpty();
    }

    @Test
    void sessionsAreAdmittedUntilTheConsumerRefusesThem() {
        Admission admission = EventBus.create(2).admission();
        assertThat(admission.refusal()).isNull();

        admission.refuse("the disk is full");
        assertThat(admission.refusal()).isEqualTo("the disk is full");

        admission.admit();
        assertThat(admission.refusal()).isNull();
    }
}
