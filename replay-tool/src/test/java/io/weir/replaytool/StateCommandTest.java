package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.LedgerFold;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.Tally;
import io.weir.replaytool.SeededJournal.Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateCommandTest {
    @TempDir
    Path data;

    /** The fold of all entries up to a sequence, from the beginning and not by way of any file. */
    static LedgerFold foldOf(List<Entry> entries, long sequence) {
        LedgerFold fold = new LedgerFold();
        for (Entry entry : entries) {
            if (entry.sequence() > sequence) {
                break;
            }
            if (entry.event() instanceof BytesTransferred moved) {
                fold.transferred(entry.sequence(), entry.atMillis(), moved.sessionId(), counts(moved.delta()));
            } else {
                fold.event(entry.sequence(), entry.atMillis(), entry.event());
            }
        }
        return fold;
    }

    static Counts counts(Tally tally) {
        Counts counts = new Counts();
        counts.set(
                tally.up(),
                tally.down(),
                tally.overheadUp(),
                tally.overheadDown(),
                tally.originUp(),
                tally.originDown());
        return counts;
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void theStateAfterAnySequenceIsThatOfAnIndependentFold(long seed) {
        List<Entry> entries = SeededJournal.write(data, RandomDays.steps(seed, 3_000, true));
        Random random = new Random(seed);

        for (int i = 0; i < 8; i++) {
            long sequence = 1L + random.nextInt(entries.size());
            Run run = Run.of(data, "state", "--at", String.valueOf(sequence), "--json");

            LedgerFold expected = foldOf(entries, sequence);
            assertThat(run.err()).isEmpty();
            assertThat(run.status()).isZero();
            Map<String, Object> json = run.json();
            assertThat(json)
                    .containsEntry("sequence", sequence)
                    .containsEntry("hash", expected.digest())
                    .containsEntry("open", (long) expected.openCount());
            assertThat(run.jsonList("rows")).hasSize(expected.openCount());
            assertThat(JsonObjects.number(json, "foldedFrom") + JsonObjects.number(json, "folded") - 1)
                    .isEqualTo(sequence);
        }
    }

    @Test
    void foldingBeginsAtTheLastCheckpointBefore() {
        List<Entry> entries = SeededJournal.write(data, RandomDays.steps(4, 3_000, true));

        Run run = Run.of(data, "state", "--json");

        assertThat(JsonObjects.number(run.json(), "sequence")).isEqualTo(entries.size());
        assertThat(JsonObjects.number(run.json(), "folded")).isLessThan(1_500);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {5, 6})
    void anInstantMeansTheLastEventBeforeTheFirstLaterOneOfItsHour(long seed) {
        List<Entry> entries = SeededJournal.write(data, RandomDays.steps(seed, 2_000, true));
        long end = entries.get(entries.size() - 1).atMillis();
        Random random = new Random(seed);

        long sequenceBefore = 0;
        for (long at = TestLedger.BEGIN_MILLIS; at < end; at += 600_000L + random.nextInt(3_000_000)) {
            Run run = Run.of(data, "state", "--at", Figures.time(at), "--json");

            long sequence = JsonObjects.number(run.json(), "sequence");
            assertThat(entries.get((int) sequence - 1).atMillis()).isLessThanOrEqualTo(at);
            assertThat(sequence).isGreaterThanOrEqualTo(sequenceBefore);
            if (sequence < entries.size()) {
                assertThat(entries.get((int) sequence).atMillis()).isGreaterThan(at);
            }
            assertThat(run.json())
                    .containsEntry("hash", foldOf(entries, sequence).digest());
            sequenceBefore = sequence;
        }
    }

    @Test
    void hostileNamesStayInertOnTheTerminal() {
        SeededJournal.write(data, RandomDays.steps(7, 2_000, true));
        List<Integer> statuses = new ArrayList<>();

        for (int sequence = 100; sequence < 2_000; sequence += 300) {
            Run run = Run.of(data, "state", "--at", String.valueOf(sequence));
            statuses.add(run.status());
            assertThat(run.out()).contains("hash").doesNotContain("\u001B", "\u202E");
        }

        assertThat(statuses).containsOnly(0);
    }

    @Test
    void aPointBehindTheEndIsWrongUsage() {
        SeededJournal.write(data, RandomDays.steps(8, 100, true));

        assertThat(Run.of(data, "state", "--at", "100000").status()).isEqualTo(64);
        assertThat(Run.of(data, "state", "--at", "0").status()).isEqualTo(64);
        assertThat(Run.of(data, "state", "--at", "yesterday").status()).isEqualTo(64);
        assertThat(Run.of(data, "state", "--at", "2001-01-01T00:00:00Z").err()).contains("no event as early");
    }

    @Test
    void withoutItsBeginningTheStateComesFromACheckpointOrThereIsNone() throws Exception {
        List<Entry> entries = SeededJournal.write(data, RandomDays.steps(9, 3_000, true));
        List<Path> files;
        try (var listed = Files.list(TestLedger.journal(data))) {
            files = listed.filter(file -> file.toString().endsWith(".cq4"))
                    .sorted()
                    .toList();
        }
        assertThat(files).hasSizeGreaterThan(3);
        Files.delete(files.get(0));
        Files.delete(files.get(1));

        Run last = Run.of(data, "state", "--json");
        Run lost = Run.of(data, "state", "--at", "2");

        assertThat(last.status()).isZero();
        assertThat(last.json())
                .containsEntry("hash", foldOf(entries, entries.size()).digest());
        assertThat(lost.status()).isEqualTo(2);
    }
}
