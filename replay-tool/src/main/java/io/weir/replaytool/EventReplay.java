package io.weir.replaytool;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.EnoughException;
import io.weir.aggregator.replay.Replay;
import io.weir.aggregator.replay.ReplayOptions;
import io.weir.aggregator.replay.ReplayRange;
import io.weir.aggregator.replay.ReplayState;
import io.weir.aggregator.replay.ReplayState.Mode;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Plays events for programs: prints each, or none, and at the end what state they lead to. The caller's thread, which waits; events are
 * printed on that of the replay.
 */
final class EventReplay {
    private final JournalAccess journal;
    private final boolean prints;

    EventReplay(JournalAccess journal, boolean prints) {
        this.journal = journal;
        this.prints = prints;
    }

    /** Plays to the end, or until nobody reads what is printed. Answers the exit status. */
    int play(ReplayRange range, ReplayOptions options) {
        long begun = System.nanoTime();
        CommandOutput out = journal.output();
        Printer printer = new Printer(out, prints, !options.speed().isMax() || options.isPaused());
        try (Replay replay = Replay.start(journal.folder(), range, options, printer)) {
            if (options.isPaused()) {
                stepByLines(replay);
            } else {
                replay.whenEnded().join();
            }
            ReplayState end = replay.pause().join();
            String hash = replay.digestNow().join();
            out.flush();
            report(end, hash, printer.events, (System.nanoTime() - begun) / 1e9);
            return answer(end, replay.health().violations());
        }
    }

    private static void stepByLines(Replay replay) {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try {
            while (lines.readLine() != null && replay.step().join().mode() != Mode.ENDED) {
                // it was printed on the way
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't read the standard input", e);
        }
    }

    /** On the standard output, unless that has the events. */
    private void report(ReplayState end, String hash, long events, double seconds) {
        String text = "played  " + Figures.counted(events, "event") + " up to sequence " + end.sequence() + " at "
                + Figures.time(end.atMillis())
                + String.format(
                        Locale.ROOT, "%ntook    %.2f s, %,.0f events/s%n", seconds, events / Math.max(1e-3, seconds))
                + "hash    " + hash;
        if (prints) {
            PrintWriter errors = journal.errors();
            errors.println(text);
            errors.flush();
        } else {
            try (CommandOutput out = journal.output()) {
                out.println(text);
            }
        }
    }

    private int answer(ReplayState end, long violations) {
        if (!end.trouble().isEmpty()) {
            journal.complain(end.trouble());
            return ExitStatus.UNREADABLE;
        }
        if (end.missing() > 0 || violations > 0) {
            journal.complain(Figures.counted(end.missing(), "event") + " can't be read, and there are "
                    + Figures.counted(violations, "violation") + "; weir audit shows what is wrong");
            return ExitStatus.VIOLATED;
        }
        return ExitStatus.OK;
    }

    /** Prints events, and counts them. Its own thread's, until the replay has answered what was asked after. */
    private static final class Printer implements EventSink {
        private final CommandOutput out;
        private final EventJson json;
        private final boolean prints;
        private final boolean flushes;
        private long events;

        Printer(CommandOutput out, boolean prints, boolean flushes) {
            this.out = out;
            this.json = new EventJson(out);
            this.prints = prints;
            this.flushes = flushes;
        }

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            if (prints) {
                json.event(sequence, atMillis, event);
            }
            played();
        }

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
            if (prints) {
                json.delta(sequence, atMillis, sessionId, delta);
            }
            played();
        }

        private void played() {
            events++;
            if (flushes && prints) {
                out.flush();
            }
            if (out.isClosed()) {
                throw new EnoughException();
            }
        }
    }
}
