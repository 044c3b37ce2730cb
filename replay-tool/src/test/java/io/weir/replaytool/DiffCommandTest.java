package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.journal.ReadProgress;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.Tally;
import io.weir.replaytool.JournalDiff.Difference;
import io.weir.replaytool.SeededJournal.Entry;
import io.weir.replaytool.SeededJournal.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiffCommandTest {
    @TempDir
    Path folder;

    private Path write(String name, List<Step> steps) {
        Path data = folder.resolve(name);
        SeededJournal.write(data, steps);
        return data;
    }

    private static long sessionOf(Step step) {
        return EventJson.sessionOf(step.event());
    }

    /** Ids of the root sessions without exchanges, of which one may be changed without another. */
    private static List<Long> lonelySessions(List<Step> steps) {
        Set<Long> lonely = new TreeSet<>();
        for (Step step : steps) {
            if (step.event() instanceof SessionOpened opened && opened.isRoot()) {
                lonely.add(opened.sessionId());
            } else if (step.event() instanceof SessionOpened opened) {
                lonely.remove(opened.parentId());
            }
        }
        return new ArrayList<>(lonely);
    }

    /** The steps with differences planted; says which, by session. */
    private static List<Step> plant(List<Step> steps, Random random, Map<Long, String> planted) {
        List<Long> lonely = lonelySessions(steps);
        for (String kind : List.of("missing", "counts", "reason", "missing", "counts", "reason")) {
            planted.put(lonely.remove(random.nextInt(lonely.size())), kind);
        }
        Set<Long> grown = new TreeSet<>();
        List<Step> changed = new ArrayList<>();
        for (Step step : steps) {
            LedgerEvent event = step.event();
            switch (planted.getOrDefault(sessionOf(step), "")) {
                case "missing" -> {
                    continue;
                }
                case "counts" -> {
                    if (event instanceof BytesTransferred moved && grown.add(moved.sessionId())) {
                        event = new BytesTransferred(
                                moved.sessionId(), moved.delta().plus(new Tally(1, 0, 0, 0, 0, 0)));
                    } else if (event instanceof SessionClosed closed && grown.contains(closed.sessionId())) {
                        event = new SessionClosed(
                                closed.sessionId(),
                                closed.reason(),
                                closed.status(),
                                closed.totals().plus(new Tally(1, 0, 0, 0, 0, 0)));
                    }
                }
                case "reason" -> {
                    if (event instanceof SessionClosed closed) {
                        event = new SessionClosed(
                                closed.sessionId(), CloseReason.INTERNAL_ERROR, closed.status(), closed.totals());
                        grown.add(closed.sessionId());
                    }
                }
                default -> {}
            }
            changed.add(new Step(step.atMillis(), event));
        }
        planted.keySet().removeIf(id -> !"missing".equals(planted.get(id)) && !grown.contains(id));
        return changed;
    }

    @Test
    void aCopyIsTheSame() {
        List<Step> steps = RandomDays.steps(1, 1_500, true);
        Path a = write("a", steps);
        Path b = write("b", steps);

        Run run = Run.plain("diff", a.toString(), b.toString());

        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("0 different, 0 only in A, 0 only in B");
        assertThat(Run.of(a, "diff", b.toString(), "--json").json()).containsEntry("different", 0L);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {2, 3, 4})
    void exactlyThePlantedDifferencesAreFound(long seed) {
        List<Step> steps = RandomDays.steps(seed, 1_500, false);
        Map<Long, String> planted = new TreeMap<>();
        Path a = write("a", steps);
        Path b = write("b", plant(steps, new Random(seed), planted));

        Run run = Run.plain("diff", a.toString(), b.toString(), "--json");
        Run mirrored = Run.plain("diff", b.toString(), a.toString());

        Map<Long, String> found = new TreeMap<>();
        for (Map<String, Object> difference : run.jsonList("differences")) {
            List<?> fields = (List<?>) JsonObjects.field(difference, "fields");
            String kind = difference.get("b") == null ? "missing" : fields.contains("reason") ? "reason" : "counts";
            found.put(JsonObjects.number(difference, "id"), kind);
        }
        assertThat(run.status()).isEqualTo(1);
        assertThat(found).isEqualTo(planted);
        assertThat(planted).hasSizeGreaterThan(2);
        assertThat(mirrored.status()).isEqualTo(1);
        assertThat(mirrored.out()).contains("0 only in A", "2 only in B");
    }

    @ParameterizedTest(name = "at most {0} held")
    @ValueSource(ints = {4, 16, 100_000})
    void whateverIsHeldTheDifferencesAreTheSame(int held) {
        List<Step> steps = RandomDays.steps(5, 1_200, false);
        Path a = write("a", steps);
        Path b = write("b", RandomDays.steps(6, 1_200, false));
        List<Long> ids = new ArrayList<>();

        try (DiffSide sideA = DiffSide.open(TestLedger.journal(a), PlaceRange.ALL, ReadProgress.NONE);
                DiffSide sideB = DiffSide.open(TestLedger.journal(b), PlaceRange.ALL, ReadProgress.NONE)) {
            JournalDiff diff = new JournalDiff(sideA, sideB, held, (Difference difference) -> ids.add(difference.id()));
            diff.run();

            Set<Long> expected = new TreeSet<>();
            steps.forEach(step -> expected.add(sessionOf(step)));
            assertThat(ids)
                    .isSorted()
                    .doesNotHaveDuplicates()
                    .containsAll(expected.stream().filter(id -> id > 0).toList());
            assertThat(diff.same()).isZero();
            assertThat(diff.onlyInA() + diff.different()).isEqualTo(diff.sessionsA());
            assertThat(diff.onlyInB() + diff.different()).isEqualTo(diff.sessionsB());
        }
    }

    @Test
    void twoRangesOfOneJournalAreCompared() {
        List<Step> steps = RandomDays.steps(7, 1_000, true);
        Path data = folder.resolve("a");
        List<Entry> entries = SeededJournal.write(data, steps);
        long middle = entries.size() / 2;

        Run same = Run.of(data, "diff", "--range-a", "300..", "--range-b", "300.." + entries.size());
        Run other = Run.of(data, "diff", "--range-a", "1.." + middle, "--range-b", (middle + 1) + "..", "--json");

        assertThat(same.err()).isEmpty();
        assertThat(same.status()).isZero();
        assertThat(other.status()).isEqualTo(1);
        assertThat(JsonObjects.field(other.json(), "b").toString())
                .contains("firstSequence=" + (middle + 1), "lastSequence=" + entries.size());
    }

    @Test
    void hostileNamesStayInert() {
        Path a = write("a", RandomDays.steps(8, 1_000, false));
        Path b = write("b", RandomDays.steps(9, 1_000, false));

        assertThat(Run.plain("diff", a.toString(), b.toString()).out()).doesNotContain("\u001B", "\u202E");
    }

    @Test
    void whatIsNoJournalOrNoRangeIsSaid() {
        Path a = write("a", RandomDays.steps(10, 50, false));

        assertThat(Run.plain("diff", a.toString(), folder.resolve("none").toString())
                        .status())
                .isEqualTo(2);
        assertThat(Run.of(a, "diff").status()).isEqualTo(64);
        assertThat(Run.of(a, "diff", "--range-a", "5").status()).isEqualTo(64);
        assertThat(Run.of(a, "diff", "--range-a", "0..5").status()).isEqualTo(64);
    }
}
