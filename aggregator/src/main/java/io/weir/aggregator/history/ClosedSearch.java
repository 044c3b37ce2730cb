package io.weir.aggregator.history;

import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.EventSink;
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
 * <p>It looks without folding, first around the time that was named, then from where ids of that size were opened, and at last in what
 * is older. What it goes by only says where to look first: a session that is there is found.
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
        if (aroundMillis > 0) {
            int file = reading.places().firstFileNotBefore(aroundMillis);
            ClosedSession found = look(Math.max(0, file - 1), Math.min(files.size() - 1, file + 1))
                    .found();
            if (found != null) {
                return Optional.of(found);
            }
        }
        int first = likelyFile();
        Sighting sighting = look(first, files.size() - 1);
        while (sighting.found() == null && !sighting.hasBegun() && first > 0) {
            first--;
            sighting = look(first, first);
        }
        return Optional.ofNullable(sighting.found());
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
