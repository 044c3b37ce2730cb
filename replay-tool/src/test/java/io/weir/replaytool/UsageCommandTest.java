package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.LedgerFold;
import io.weir.aggregator.Periods;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.OfUser;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.Sum;
import io.weir.replaytool.SeededJournal.Entry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageCommandTest {
    @TempDir
    Path data;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void itSaysWhatTheFoldHas(long seed) {
        LedgerFold expected = write(seed);

        Run run = Run.of(data, "usage", "--json");

        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        assertThat(run.json())
                .containsEntry("sequence", expected.sequence())
                .containsEntry("sinceSequence", expected.usageSinceSequence());
        List<String> found = new ArrayList<>();
        for (Map<String, Object> user : run.jsonList("users")) {
            found.add(user.get("user") + " " + user.get("days") + " " + user.get("months"));
        }
        assertThat(found)
                .isNotEmpty()
                .containsExactlyElementsOf(expected.usage().stream()
                        .map(each -> each.user() + " " + sums(each.days(), true) + " " + sums(each.months(), false))
                        .toList());
    }

    @Test
    void forPeopleItSaysThatInLines() {
        LedgerFold expected = write(4);

        Run run = Run.of(data, "usage");

        OfUser first = expected.usage().get(0);
        Sum day = first.days().get(0);
        assertThat(run.status()).isZero();
        assertThat(run.out())
                .startsWith(first.user() + "\n  " + Periods.dayText(day.period()) + "  " + Figures.exact(day.bytes())
                        + " bytes (")
                .contains("\n  " + Periods.monthText(first.months().get(0).period()) + "     ")
                .endsWith(" up to sequence " + expected.sequence() + "\n");
    }

    @Test
    void withoutAJournalItSaysSo() {
        assertThat(Run.of(data, "usage").status()).isEqualTo(ExitStatus.UNREADABLE);
    }

    /** Writes a journal without checkpoints, and folds it. */
    private LedgerFold write(long seed) {
        List<Entry> entries = SeededJournal.write(data, RandomDays.steps(seed, 1_000, false));
        return StateCommandTest.foldOf(entries, Long.MAX_VALUE);
    }

    private static String sums(List<Sum> sums, boolean areDays) {
        return sums.stream()
                .map(sum -> "{period=" + (areDays ? Periods.dayText(sum.period()) : Periods.monthText(sum.period()))
                        + ", bytes=" + sum.bytes() + ", warnedQuotaBytes=" + sum.warnedQuotaBytes() + "}")
                .toList()
                .toString();
    }
}
