package io.weir.aggregator.history;

import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.SessionFilter;
import io.weir.aggregator.journal.CheckpointHint;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalFolder;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Answers out of the journal's files, of which it reads as few as the question allows. Any thread; blocks, on the disk only. Each
 * call has a reader of its own and looks at what is there when it comes; a writer may go on meanwhile.
 *
 * <p>If there is an index ({@link io.weir.aggregator.journal.CycleIndex}) it says where to begin. What it says is looked at in the journal, and where
 * it says nothing the journal is read, so the answers are the same without it.
 *
 * <p>Memory is bounded by the limit that is asked for and by how many sessions were open at once, not by the length of the journal.
 *
 * <p>The answer is what can be read: records that are damaged are passed over, and with them go the sessions that they opened or closed;
 * a record of a later version hides what follows it in what is read at once. Sessions that were open when the oldest file that is
 * still there begins, and were closed before its first checkpoint, have no row.
 *
 * <p>Sequences order it, time does not. A range of time also chooses files, by the hours that name them. That takes for granted that
 * the machine's clock was not set back by hours: what was journaled before it caught up can be missing from a range of time, and is there without one.
 */
public final class JournalHistory {
    private final Path folder;
    private final KnownCheckpoints known;
    private final long end;

    private JournalHistory(Path folder, KnownCheckpoints known, long end) {
        this.folder = folder;
        this.known = known;
        this.end = end;
    }

    /** The history in a journal's folder, which need not be there yet. */
    public static JournalHistory of(Path journalFolder) {
        return new JournalHistory(journalFolder, new KnownCheckpoints(), Long.MAX_VALUE);
    }

    /** The same history as it was after an event: what came later is not told. */
    public JournalHistory upTo(long sequence) {
        return new JournalHistory(folder, known, sequence == Long.MAX_VALUE ? sequence : sequence + 1);
    }

    /**
     * Sessions that were closed before a sequence, the newest first. The next page ends before the last row's sequence.
     *
     * @param before {@link Long#MAX_VALUE} for the newest
     * @param limit how many at most, 1 or more
     * @throws HistoryException if it takes too long or the files can't be read
     */
    public ClosedPage closed(SessionFilter filter, long before, int limit, ScanControl control) {
        return ask(
                control,
                new ClosedPage(List.of(), false),
                reading -> new ClosedSessions(reading).page(filter, Math.min(before, end), limit));
    }

    /**
     * Hands out the sessions that were closed after a sequence and up to another, that one included, in that order: all of them or an
     * exception.
     *
     * @param upTo a sequence that was reached; {@link Long#MAX_VALUE} for the end of the journal
     * @throws HistoryException if it takes too long, the files can't be read, or events are missing or damaged that say which sessions
     *     these are; some may have been handed out then
     */
    public void closedBetween(long after, long upTo, Consumer<ClosedSession> sink, ScanControl control) {
        if (after >= upTo) {
            return;
        }
        long last = Math.min(end, upTo == Long.MAX_VALUE ? upTo : upTo + 1);
        ask(control, Optional.empty(), reading -> {
            new ClosedSessions(reading).allBetween(Math.max(0, after) + 1, last, sink);
            return Optional.empty();
        });
    }

    /**
     * A closed session. Without a hint it costs more to say that there is none.
     *
     * @param aroundMillis when it was closed, about, in ms since the epoch; 0 if unknown
     * @throws HistoryException if it takes too long or the files can't be read
     */
    public Optional<ClosedSession> find(long sessionId, long aroundMillis, ScanControl control) {
        return ask(control, Optional.empty(), reading -> new ClosedSearch(reading, sessionId).find(aroundMillis));
    }

    /**
     * What a session moved when. The buckets add up to the session's counts: what it moved outside of the range is in the first or
     * the last of them. What was published late, or waited in an outage, counts when it was journaled.
     *
     * @param fromMillis when it was opened, best, in ms since the epoch
     * @param toMillis when it was closed, or now; in the last bucket
     * @param maxPoints how many buckets at most, 1 or more
     * @throws HistoryException if it takes too long or the files can't be read
     */
    public Timeline timeline(long sessionId, long fromMillis, long toMillis, int maxPoints, ScanControl control) {
        Buckets buckets = new Buckets(fromMillis, toMillis, maxPoints);
        return ask(
                control,
                buckets.timeline(),
                reading -> new SessionTimeline(reading, sessionId, buckets, fromMillis).read());
    }

    /**
     * Exchanges that were over before a sequence, the newest first. The next page ends before the last one's sequence.
     *
     * @param before {@link Long#MAX_VALUE} for the newest
     * @param limit how many at most, 1 or more
     * @throws HistoryException if it takes too long or the files can't be read
     */
    public ExchangePage exchanges(ExchangeFilter filter, long before, int limit, ScanControl control) {
        return ask(
                control,
                new ExchangePage(List.of(), false),
                reading -> new Exchanges(reading).page(filter, Math.min(before, end), limit));
    }

    /**
     * The state after an event; if that is not there, after the last one before it. Costs what was journaled since the checkpoint before.
     *
     * @throws HistoryException if it takes too long or the files can't be read
     */
    public PastState stateAfter(long sequence, ScanControl control) {
        return locate(
                control,
                (locator, reader, progress) -> PastState.after(Math.min(sequence, end - 1), reader, locator, progress));
    }

    /**
     * The last event as of an instant; {@link Moment#NONE} if the journal begins later, or is not there.
     *
     * @throws HistoryException if it takes too long or the files can't be read
     */
    public Moment momentAt(long atMillis, ScanControl control) {
        return locate(control, (locator, reader, progress) -> {
            Moment moment = locator.momentAt(atMillis);
            return moment.sequence() < end ? moment : locator.momentOf(end - 1);
        });
    }

    private interface Look<T> {
        T at(JournalLocator locator, JournalReader reader, ReadProgress progress);
    }

    private <T> T locate(ScanControl control, Look<T> look) {
        ReadProgress progress = (position, bytes) -> requireTime(control);
        try (JournalReader reader = JournalReader.open(folder)) {
            JournalLocator locator = new JournalLocator(folder, JournalFolder.files(folder), reader, progress);
            return look.at(locator, reader, progress);
        } catch (JournalException e) {
            throw new HistoryException(e.getMessage() + "; ask again", e);
        }
    }

    static void requireTime(ScanControl control) {
        if (!control.mayGoOn()) {
            throw new HistoryException("reading the journal took too long; narrow the time range");
        }
    }

    private <T> T ask(ScanControl control, T ifEmpty, Function<Reading, T> question) {
        if (!JournalFolder.holdsJournal(folder)) {
            return ifEmpty;
        }
        try (JournalReader reader = JournalReader.open(folder)) {
            Places places = new Places(folder, JournalFolder.files(folder), known);
            Reading reading = new Reading(reader, places, control, end);
            addHint(places, reading);
            return question.apply(reading);
        } catch (JournalException e) {
            throw new HistoryException(e.getMessage() + "; ask again", e);
        }
    }

    /** The newest checkpoint. It is looked at before it is believed. */
    private void addHint(Places places, Reading reading) {
        Optional<CheckpointHint> hint = CheckpointHint.read(folder);
        if (hint.isPresent()) {
            JournalPosition position = hint.get().position();
            if (!places.has(position) && places.hasFile(position.file()) && reading.isCheckpoint(position)) {
                places.addCheckpoint(position);
            }
        }
    }
}
