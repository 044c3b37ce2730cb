package io.weir.replaytool;

import io.weir.aggregator.LedgerFold;
import io.weir.aggregator.Periods;
import io.weir.aggregator.history.JournalLocator;
import io.weir.aggregator.history.PastState;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.OfUser;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.Sum;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.LongFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.core.JsonGenerator;

/** {@code weir usage}: what users have used, by day and month, as the fold has it that quotas are held against. Only reads; the caller's thread. */
@Command(
        name = "usage",
        description = {
            "Shows what users have moved by day and month in UTC, as quotas count it: all bytes of their sessions that crossed the clients'"
                    + " sockets.",
            ""
        },
        footer = {
            "",
            "Of each user the two days and the two months are kept that were used last. For sums of any other time use weir audit --by user"
                    + " --from WHEN --to WHEN."
        },
        exitCodeOnInvalidInput = ExitStatus.USAGE,
        exitCodeOnExecutionException = ExitStatus.UNREADABLE,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the sums are those of all events",
            "1:events are missing or contradict each other",
            "2:the journal can't be read, or has no state",
            "64:wrong usage"
        })
public final class UsageCommand implements Callable<Integer> {
    @Mixin
    private JournalAccess journal = new JournalAccess();

    @Mixin
    private ProgressOption progress = new ProgressOption();

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    /** For picocli. */
    public UsageCommand() {}

    @Override
    public Integer call() {
        try (JournalReader reader = journal.open()) {
            return progress.during(journal, line -> show(reader, line));
        } catch (JournalException e) {
            return journal.refuse(e.kind(), String.valueOf(e.getMessage()));
        }
    }

    private int show(JournalReader reader, ReadProgress line) {
        JournalLocator locator = journal.locator(reader, line);
        PastState state = PastState.after(locator.sequenceAt(Long.MAX_VALUE), reader, locator, line);
        if (!state.fold().isStarted()) {
            return journal.refuse(
                    FaultKind.SEQUENCE_GAP,
                    "journal " + journal.folder() + ": holds no event that a state begins with");
        }
        try (CommandOutput out = journal.output()) {
            if (json) {
                asJson(out, state.fold());
            } else {
                asText(out, state.fold());
            }
        }
        if (state.missing() > 0 || state.fold().violations() > 0) {
            journal.complain("events are missing or contradict each other; weir audit shows what is wrong");
            return ExitStatus.VIOLATED;
        }
        return ExitStatus.OK;
    }

    private static void asText(CommandOutput out, LedgerFold fold) {
        for (OfUser each : fold.usage()) {
            out.println(TerminalText.escape(each.user()));
            each.days().forEach(sum -> out.println(line(Periods.dayText(sum.period()), sum)));
            each.months().forEach(sum -> out.println(line(Periods.monthText(sum.period()), sum)));
        }
        out.println(Figures.counted(fold.usage().size(), "user") + " up to sequence " + fold.sequence()
                + (fold.usageSinceSequence() == 0 ? "" : ", since sequence " + fold.usageSinceSequence()));
    }

    private static String line(String period, Sum sum) {
        String warned =
                sum.warnedQuotaBytes() == 0 ? "" : ", warned of a quota of " + Figures.exact(sum.warnedQuotaBytes());
        return String.format(
                Locale.ROOT,
                "  %-10s  %s bytes (%s)%s",
                period,
                Figures.exact(sum.bytes()),
                Figures.human(sum.bytes()),
                warned);
    }

    private static void asJson(CommandOutput out, LedgerFold fold) {
        try (JsonGenerator json = Json.to(out)) {
            json.writeStartObject();
            json.writeNumberProperty("sequence", fold.sequence());
            json.writeStringProperty("time", Figures.time(fold.atMillis()));
            json.writeNumberProperty("sinceSequence", fold.usageSinceSequence());
            json.writeArrayPropertyStart("users");
            for (OfUser each : fold.usage()) {
                json.writeStartObject();
                json.writeStringProperty("user", each.user());
                sums(json, "days", each.days(), Periods::dayText);
                sums(json, "months", each.months(), Periods::monthText);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.println("");
    }

    private static void sums(JsonGenerator json, String name, List<Sum> sums, LongFunction<String> text) {
        json.writeArrayPropertyStart(name);
        for (Sum sum : sums) {
            json.writeStartObject();
            json.writeStringProperty("period", text.apply(sum.period()));
            json.writeNumberProperty("bytes", sum.bytes());
            json.writeNumberProperty("warnedQuotaBytes", sum.warnedQuotaBytes());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
