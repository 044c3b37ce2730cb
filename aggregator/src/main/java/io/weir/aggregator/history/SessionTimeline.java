package io.weir.aggregator.history;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.CycleIndex;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.Tally;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the deltas of one session by time. One thread, one question.
 *
 * <p>It reads from the first file that may hold something of the range, up to the session's close. What the session moved before that
 * it need not read: the first checkpoint on the way states it, or else the close does. Only if there is neither, earlier files are
 * read, one by one. If an index tells where the session was opened, and it was, reading begins there.
 */
final class SessionTimeline {
    private final Reading reading;
    private final List<Place> files;
    private final long sessionId;
    private final Buckets buckets;
    private final long fromMillis;

    SessionTimeline(Reading reading, long sessionId, Buckets buckets, long fromMillis) {
        this.reading = reading;
        this.files = reading.places().files();
        this.sessionId = sessionId;
        this.buckets = buckets;
        this.fromMillis = fromMillis;
    }

    Timeline read() {
        int file = reading.places().firstFileNotBefore(fromMillis);
        JournalPosition opening = indexedOpening(file);
        if (opening != null) {
            reading.read(opening, Long.MAX_VALUE, new Life());
            return buckets.timeline();
        }
        long end = Long.MAX_VALUE;
        boolean isWhole;
        do {
            Life life = new Life();
            reading.read(files.get(file).position(), end, life);
            isWhole = life.isWhole;
            end = files.get(file).firstSequence(reading);
            file--;
        } while (!isWhole && file >= 0);
        return buckets.timeline();
    }

    /** Where to begin so that nothing of the session comes before, if an index knows; null if not. */
    private @Nullable JournalPosition indexedOpening(int likelyFile) {
        int last = Math.min(files.size() - 1, likelyFile + 1);
        for (int file = likelyFile; file <= last; file++) {
            String name = files.get(file).position().file();
            Optional<CycleIndex> index = reading.places().index(name);
            List<CycleIndex.Stretch> stretches =
                    index.map(found -> found.stretchesOf(sessionId)).orElse(List.of());
            for (CycleIndex.Stretch stretch : stretches) {
                Opening opening = new Opening();
                reading.read(stretch.begin(), stretch.lastSequence() + 1, opening);
                if (opening.isThere) {
                    return stretch.begin();
                }
            }
        }
        return null;
    }

    /** Whether the session is opened in a stretch. */
    private final class Opening implements EventSink {
        private boolean isThere;

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            if (event instanceof SessionOpened opened && opened.sessionId() == sessionId) {
                isThere = true;
                throw new ScanStop();
            }
        }

        @Override
        public void transferred(long sequence, long atMillis, long deltaOf, Counts delta) {}
    }

    /** The session in one stretch. */
    private final class Life implements EventSink {
        private final Counts seen = new Counts();
        private boolean isWhole; // nothing of the session is missing before what was seen

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            if (event instanceof SessionOpened opened) {
                isWhole |= opened.sessionId() == sessionId;
            } else if (event instanceof NodeStarted node) {
                isWhole |= node.firstSessionId() <= sessionId
                        && seen.isZero(); // ids from that one on were never used before
            } else if (event instanceof CheckpointSession session) {
                if (session.opened().sessionId() == sessionId) {
                    completeTo(session.totals());
                }
            } else if (event instanceof SessionClosed closed && closed.sessionId() == sessionId) {
                completeTo(closed.totals());
                throw new ScanStop();
            }
        }

        @Override
        public void transferred(long sequence, long atMillis, long deltaOf, Counts delta) {
            if (deltaOf == sessionId) {
                try {
                    seen.addExact(delta);
                } catch (ArithmeticException overflow) {
                    return; // a violation, which the fold leaves out too
                }
                buckets.add(atMillis, delta);
            }
        }

        /** What the session had moved before the stretch counts where time begins. */
        private void completeTo(Tally totals) {
            if (isWhole) {
                return;
            }
            isWhole = true;
            Counts before = new Counts();
            before.set(
                    Math.max(0, totals.up() - seen.up()),
                    Math.max(0, totals.down() - seen.down()),
                    Math.max(0, totals.overheadUp() - seen.overheadUp()),
                    Math.max(0, totals.overheadDown() - seen.overheadDown()),
                    0,
                    0);
            buckets.add(Long.MIN_VALUE, before);
        }
    }
}
