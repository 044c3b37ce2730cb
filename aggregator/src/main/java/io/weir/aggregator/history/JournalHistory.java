package io.weir.aggregator.history;

import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.SessionFilter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** Answers out of the journal's files. Any thread; blocks. */
public final class JournalHistory {
    private JournalHistory() {}

    /** The history in a journal's folder, which need not be there yet. */
    public static JournalHistory of(Path journalFolder) {
        throw new UnsupportedOperationException(journalFolder.toString());
    }

    /** Sessions that were closed before a sequence, the newest first. */
    public ClosedPage closed(SessionFilter filter, long before, int limit, ScanControl control) {
        throw new UnsupportedOperationException();
    }

    /** Hands out the sessions that were closed after a sequence and up to another, that one included, in that order. */
    public void closedBetween(long after, long upTo, Consumer<ClosedSession> sink, ScanControl control) {
        throw new UnsupportedOperationException();
    }

    /** A closed session. */
    public Optional<ClosedSession> find(long sessionId, long aroundMillis, ScanControl control) {
        throw new UnsupportedOperationException();
    }

    /** What a session moved when. */
    public Timeline timeline(long sessionId, long fromMillis, long toMillis, int maxPoints, ScanControl control) {
        throw new UnsupportedOperationException();
    }

    /** Exchanges that were over before a sequence, the newest first. */
    public ExchangePage exchanges(ExchangeFilter filter, long before, int limit, ScanControl control) {
        throw new UnsupportedOperationException();
    }
}
