package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.RecentExchanges.Page;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import io.weir.eventbus.Tally;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RecentExchangesTest {
    private static final long END = Long.MAX_VALUE;

    private final RecentExchanges recent = new RecentExchanges();

    @Test
    void aReaderGetsWhatCameAfterWhatItSawLast() {
        add(3);
        recent.event(4, 0, new CheckpointEnded(1));
        add(5);
        add(9);

        assertThat(recent.newestSequence()).isEqualTo(9);
        assertThat(sequences(recent.after(0, END, 10))).containsExactly(3L, 5L, 9L);
        assertThat(sequences(recent.after(3, END, 10))).containsExactly(5L, 9L);
        assertThat(sequences(recent.after(4, 8, 10))).containsExactly(5L);
        assertThat(recent.after(9, END, 10)).isEqualTo(new Page(List.of(), 0, false));
    }

    @Test
    void whatDoesNotFitIsSaidToBeThere() {
        add(1);
        add(2);
        add(3);

        assertThat(sequences(recent.after(0, END, 2))).containsExactly(1L, 2L);
        assertThat(recent.after(0, END, 2).more()).isTrue();
        assertThat(recent.after(0, END, 3).more()).isFalse();
        assertThat(recent.latest(END, 2)).extracting(RecordedExchange::sequence).containsExactly(2L, 3L);
        assertThat(recent.latest(2, 5)).extracting(RecordedExchange::sequence).containsExactly(1L, 2L);
    }

    @Test
    void anExchangeThatIsTakenTwiceIsThereOnce() {
        add(1);
        add(2);
        add(2);
        add(1);

        assertThat(sequences(recent.after(0, END, 10))).containsExactly(1L, 2L);
    }

    @Test
    void theOldestAreLetGoOfAndCounted() {
        for (long sequence = 1; sequence <= RecentExchanges.MAX_HELD + 10; sequence++) {
            add(sequence);
        }

        Page all = recent.after(0, END, 10_000);

        assertThat(all.missed()).isEqualTo(10);
        assertThat(all.exchanges()).hasSize(RecentExchanges.MAX_HELD);
        assertThat(recent.after(4, END, 1).missed()).isEqualTo(6);
        assertThat(recent.after(10, END, 1).missed()).isZero();
    }

    @Test
    void largeOnesAreLetGoOfBeforeTheyTakeTooMuchMemory() {
        for (long sequence = 1; sequence <= 1_000; sequence++) {
            recent.event(sequence, 0, large(20_000));
        }

        Page all = recent.after(0, END, 10_000);

        assertThat(all.exchanges()).hasSizeBetween(300, 420);
        assertThat(all.missed()).isEqualTo(1_000 - all.exchanges().size());
    }

    @Test
    void oneThatIsTooLargeIsStillHeldUntilTheNext() {
        recent.event(1, 0, large(20_000_000));
        assertThat(sequences(recent.after(0, END, 10))).containsExactly(1L);

        add(2);

        assertThat(sequences(recent.after(0, END, 10))).containsExactly(2L);
    }

    @Test
    void whatPassedByLongAgoIsForgotten() {
        for (long sequence = 1; sequence <= 20_000; sequence++) {
            add(sequence);
        }

        assertThat(recent.after(0, END, 1).missed()).isEqualTo(RecentExchanges.MAX_REMEMBERED);
        assertThat(recent.after(15_000, END, 1).missed()).isEqualTo(3_000);
    }

    @Test
    @Timeout(60)
    void aReaderOnAnotherThreadSeesEachOneOnceInOrderOrIsToldThatItMissedIt() throws Exception {
        long last = 200_000;
        CompletableFuture<long[]> reading = CompletableFuture.supplyAsync(() -> {
            long seen = 0;
            long told = 0;
            while (seen < last) {
                Page page = recent.after(seen, END, 500);
                told += page.missed();
                for (RecordedExchange each : page.exchanges()) {
                    if (each.sequence() <= seen) {
                        throw new AssertionError(each.sequence() + " after " + seen);
                    }
                    seen = each.sequence();
                    told++;
                }
            }
            return new long[] {seen, told};
        });
        ExchangeCompleted exchange = EventStorm.exchange(1, 0, Tally.ZERO, 0);
        for (long sequence = 1; sequence <= last; sequence++) {
            recent.event(sequence, 0, exchange);
        }

        assertThat(reading.get()[0]).isEqualTo(last);
        assertThat(reading.get()[1]).isLessThanOrEqualTo(last);
    }

    private void add(long sequence) {
        recent.event(sequence, 0, EventStorm.exchange(sequence, 0, Tally.ZERO, 0));
    }

    private static ExchangeCompleted large(int chars) {
        ExchangeCompleted small = EventStorm.exchange(1, 0, Tally.ZERO, 0);
        return new ExchangeCompleted(
                1,
                0,
                small.protocol(),
                "",
                "",
                "GET",
                "",
                200,
                "",
                "",
                "",
                "",
                new MessageFacts(Collections.nCopies(4, new Field("a", "x".repeat(chars / 4))), 0, 0, "", ""),
                MessageFacts.NONE,
                Tally.ZERO,
                Tally.ZERO,
                small.times(),
                0,
                0,
                "");
    }

    private static List<Long> sequences(Page page) {
        List<Long> sequences = new ArrayList<>();
        page.exchanges().forEach(each -> sequences.add(each.sequence()));
        return sequences;
    }
}
