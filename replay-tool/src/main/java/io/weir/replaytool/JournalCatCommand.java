package io.weir.replaytool;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.EnoughException;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir journal cat}: prints events as lines of JSON. Ends quietly when nobody reads them any more. */
@Command(
        name = "cat",
        description = "Prints the events of a journal, a JSON object a line.",
        exitCodeOnInvalidInput = ExitStatus.USAGE,
        exitCodeOnExecutionException = ExitStatus.UNREADABLE)
final class JournalCatCommand implements Callable<Integer> {
    @Mixin
    private JournalAccess journal = new JournalAccess();

    @Option(names = "--from", paramLabel = "SEQ", description = "The first event to print.")
    private long from = 1;

    @Option(names = "--to", paramLabel = "SEQ", description = "The last event to print.")
    private long to = Long.MAX_VALUE;

    @Option(names = "--session", paramLabel = "ID", description = "Print only events of this session.")
    private long session;

    @Option(names = "--kind", paramLabel = "KIND", split = ",", description = "Print only events of these kinds.")
    private List<String> kinds = new ArrayList<>();

    JournalCatCommand() {}

    @Override
    public Integer call() {
        if (from > to) {
            throw journal.wrongUsage("--from " + from + " is behind --to " + to);
        }
        if (session < 0) {
            throw journal.wrongUsage("--session must be 1 or more, not " + session);
        }
        Set<String> wanted = kindsWanted();
        try (JournalReader reader = journal.open();
                CommandOutput out = journal.output()) {
            return print(reader, out, wanted);
        } catch (JournalException e) {
            return journal.refuse(e.kind(), String.valueOf(e.getMessage()));
        }
    }

    private Set<String> kindsWanted() {
        Set<String> wanted = new HashSet<>();
        for (String kind : kinds) {
            Optional<String> known = EventJson.KINDS.stream()
                    .filter(each -> each.equalsIgnoreCase(kind.strip()))
                    .findFirst();
            wanted.add(known.orElseThrow(() -> journal.wrongUsage(
                    "no such kind: '" + kind + "'; there are " + String.join(", ", EventJson.KINDS))));
        }
        return wanted;
    }

    private int print(JournalReader reader, CommandOutput out, Set<String> wanted) {
        try {
            return journal.answer(reader.read(new Printer(out, wanted), ReadProgress.NONE));
        } catch (EnoughException enough) {
            return ExitStatus.OK;
        }
    }

    /** Prints what is wanted of what it gets. */
    private final class Printer implements EventSink {
        private final CommandOutput out;
        private final EventJson json;
        private final Set<String> wanted;
        private final boolean wantsDeltas;

        Printer(CommandOutput out, Set<String> wanted) {
            this.out = out;
            this.json = new EventJson(out);
            this.wanted = wanted;
            this.wantsDeltas = wanted.isEmpty() || wanted.contains(EventJson.DELTA);
        }

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            boolean isWanted = isInRange(sequence)
                    && (wanted.isEmpty() || wanted.contains(event.getClass().getSimpleName()))
                    && (session == 0 || session == EventJson.sessionOf(event));
            if (isWanted) {
                json.event(sequence, atMillis, event);
            }
        }

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
            if (isInRange(sequence) && wantsDeltas && (session == 0 || session == sessionId)) {
                json.delta(sequence, atMillis, sessionId, delta);
            }
        }

        private boolean isInRange(long sequence) {
            if (sequence > to || out.isClosed()) {
                throw new EnoughException();
            }
            return sequence >= from;
        }
    }
}
