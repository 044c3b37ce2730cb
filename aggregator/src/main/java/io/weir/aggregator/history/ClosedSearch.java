package io.weir.aggregator.history;

import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.CycleIndex;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the close of one session. One thread, one question.
 *
 * <p>It looks where an index says, then without one: without folding, first around the time that was named, then from where ids of that size
 * were opened, and at last in what is older. What it goes by only says where to look first: a session that is there is found.
 */
final class ClosedSearch {
    private static final long ID_SLACK = 1 << 16; // ids are taken in order and journaled nearly so

    private final Reading reading;
    private final List<Place> files;
    private final long sessionId;

    ClosedSearch(Reading reading, long sessionId) {
        this.reading = reading;
        this.files = reading.places().files();
        this.sessionId = sessionId;
    }

    Optional<ClosedSession> find(long aroundMillis) {
        int last = files.size() - 1;
        int hinted = reading.places().firstFileNotBefore(aroundMillis);
        int from = Math.max(0, hinted - 1);
        int to = aroundMillis > 0 ? Math.min(last, hinted + 1) : -1;
        int first = likelyFile();
        ClosedSession found = indexed(from, to);
        if (found == null) {
            found = indexed(first, last);
        }
        if (found == null && to >= 0) {
            found = look(from, to).found();
        }
        return Optional.ofNullable(found == null ? search(first) : found);
    }

    /** Looks where the index of these files says, and in what the last file has grown by since. */
    private @Nullable ClosedSession indexed(int firstFile, int lastFile) {
        for (int i = firstFile; i <= lastFile; i++) {
            Optional<CycleIndex> index =
                    reading.places().index(files.get(i).position().file());
            if (index.isPresent()) {
                ClosedSession found = indexed(index.get(), i == files.size() - 1);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private @Nullable ClosedSession indexed(CycleIndex index, boolean isLast) {
        for (CycleIndex.Stretch stretch : index.stretchesOf(sessionId)) {
            Sighting sighting = new Sighting();
            reading.read(stretch.begin(), stretch.lastSequence() + 1, sighting);
            ClosedSession found = sighting.found();
            if (found != null) {
                return found;
            }
        }
        if (!isLast) {
            return null;
        }
        Sighting rest = new Sighting();
        reading.read(index.end(), Long.MAX_VALUE, rest);
        return rest.found();
    }

    private @Nullable ClosedSession search(int likelyFile) {
        int first = likelyFile;
        Sighting sighting = look(first, files.size() - 1);
        while (sighting.found() == null && !sighting.hasBegun() && first > 0) {
            first--;
            sighting = look(first, first);
        }
        return sighting.found();
    }

    /** The file in which the session was probably opened: the last one that begins with smaller ids. */
    private int likelyFile() {
        int low = 0;
        int high = files.size();
        long lowId = 0;
        while (low < high) {
            int middle = (low + high) >>> 1;
            FirstOpened opened = new FirstOpened();
            reading.read(files.get(middle).position(), Long.MAX_VALUE, opened);
            if (opened.id <= sessionId) {
                low = middle + 1;
                lowId = opened.id;
            } else {
                high = middle;
            }
        }
        int likely = Math.max(0, low - 1);
        return sessionId - lowId < ID_SLACK ? Math.max(0, likely - 1) : likely;
    }

    private Sighting look(int firstFile, int lastFile) {
        Sighting sighting = new Sighting();
        long end = reading.places().endOfFile(lastFile, reading);
        reading.read(files.get(firstFile).position(), end, sighting);
        return sighting;
    }

    private static final class FirstOpened implements EventSink {
        private long id = Long.MAX_VALUE;

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            if (event instanceof SessionOpened opened) {
                id = opened.sessionId();
                throw new ScanStop();
            }
        }

        @Override
        public void transferred(long sequence, long atMillis, long deltaOf, Counts delta) {}
    }

    /** What a stretch shows of the session. */
    private final class Sighting implements EventSink {
        private boolean hasBegun;
        private long closedAt;

        /** Whether the session can't have ended before the stretch. */
        boolean hasBegun() {
            return hasBegun;
        }

        @Nullable ClosedSession found() {
            return closedAt == 0 ? null : new ClosedSessions(reading).at(closedAt);
        }

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            if (event instanceof SessionClosed closed && closed.sessionId() == sessionId) {
                closedAt = sequence;
                throw new ScanStop();
            }
            hasBegun |= isBeginning(event);
        }

        private boolean isBeginning(LedgerEvent event) {
            if (event instanceof SessionOpened opened) {
                return opened.sessionId() == sessionId;
            }
            if (event instanceof CheckpointSession session) {
                return session.opened().sessionId() == sessionId;
            }
            return event instanceof NodeStarted node && node.firstSessionId() <= sessionId;
        }

        @Override
        public void transferred(long sequence, long atMillis, long deltaOf, Counts delta) {}
    }
}
