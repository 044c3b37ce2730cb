package io.weir.replaytool;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.history.JournalLocator;
import io.weir.aggregator.history.PastState;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir state}: the open sessions and totals as they were after an event, or as of an instant. Only reads; the caller's thread. */
@Command(
        name = "state",
        description = {
            "Shows the sessions that were open at some point of a journal, with their bytes so far, the totals and a hash of it all.",
            ""
        },
        footer = {
            "",
            "As of an instant means: after an event that is not later and before one that is. Where the clock stepped back, a later"
                    + " instant still never means an earlier event.",
            "Folding begins at the last checkpoint before. Two journals, or two replays of one, that print the same hash at the"
                    + " same sequence have the same state, bit for bit."
        },
        exitCodeOnInvalidInput = ExitStatus.USAGE,
        exitCodeOnExecutionException = ExitStatus.UNREADABLE,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the state is that of all events before",
            "1:events are missing or contradict each other on the way there",
            "2:the journal can't be read there, or has no state",
            "64:wrong usage, or a point that the journal does not reach"
        })
public final class StateCommand implements Callable<Integer> {
    @Mixin
    private JournalAccess journal = new JournalAccess();

    @Mixin
    private ProgressOption progress = new ProgressOption();

    @Option(
            names = "--at",
            paramLabel = "WHEN",
            converter = Place.Places.class,
            description = "After which event: " + Place.FORMS + " (default: the journal's end).")
    private @Nullable Place at;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    /** For picocli. */
    public StateCommand() {}

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
        long sequence = at == null ? locator.sequenceAt(Long.MAX_VALUE) : at.asOf(locator);
        if (sequence == 0 && at != null) {
            journal.complain("the journal has no event as early as " + at.text());
            return ExitStatus.USAGE;
        }
        PastState state = PastState.after(sequence, reader, locator, line);
        if (state.fold().sequence() == 0 && state.missing() == 0) {
            return journal.refuse(FaultKind.NOT_A_JOURNAL, "journal " + journal.folder() + ": holds no event");
        }
        if (state.fold().sequence() < sequence && state.missing() == 0) {
            journal.complain("the journal ends, or can't be read on, at sequence "
                    + state.fold().sequence() + ", before " + sequence);
            return ExitStatus.USAGE;
        }
        if (at == null) {
            ReadOutcome rest = restOf(reader);
            if (rest.isStopped()) {
                return journal.answer(rest);
            }
        }
        if (!state.fold().isStarted()) {
            return journal.refuse(
                    FaultKind.SEQUENCE_GAP,
                    "journal " + journal.folder()
                            + ": its beginning is missing and no checkpoint comes before sequence " + sequence
                            + ": there is no state");
        }
        print(state);
        return answer(state);
    }

    /** What follows the last event that could be found; if it can't be read, that event is not the last. */
    private static ReadOutcome restOf(JournalReader reader) {
        reader.startAt(reader.position());
        return reader.read(new Nobody(), ReadProgress.NONE);
    }

    /** Looks at nothing. */
    private static final class Nobody implements EventSink {
        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {}

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {}
    }

    private void print(PastState state) {
        try (CommandOutput out = journal.output()) {
            if (json) {
                StateReport.asJson(out, state);
            } else {
                StateReport.asText(out, state);
            }
        }
    }

    private int answer(PastState state) {
        if (state.missing() > 0) {
            journal.complain(
                    Figures.counted(state.missing(), "event")
                            + " on the way there can't be read; this is what the others add up to. weir audit shows all that is wrong");
            return ExitStatus.VIOLATED;
        }
        if (state.fold().violations() > 0) {
            journal.complain(Figures.counted(state.fold().violations(), "violation")
                    + " up to there; weir audit shows what is wrong");
            return ExitStatus.VIOLATED;
        }
        return ExitStatus.OK;
    }
}
