package io.weir.aggregator.history;

import io.weir.aggregator.EventSink;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;

/**
 * Says how far the sessions live on that were opened before a time, so that what is newer need not be read. One thread.
 *
 * <p>A checkpoint states all open sessions. If it was taken well after that time and none of them was opened before, none is in
 * what follows. That holds for each later checkpoint too, so the file to look into is found by halving, and of each file
 * that is looked into only what comes before its first checkpoint is read.
 */
final class OldSessions {
    private static final long SLACK_MILLIS =
            Place.HOUR_MILLIS; // openings wait for the ring, and in an outage of the disk for that

    private final Reading reading;

    OldSessions(Reading reading) {
        this.reading = reading;
    }

    /** A sequence from which on no session closes that was opened before a time; {@link Long#MAX_VALUE} if that is not known. */
    long end(long openedBeforeMillis) {
        Places places = reading.places();
        long end = Long.MAX_VALUE;
        int low = places.firstFileNotBefore(openedBeforeMillis);
        int high = places.files().size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            FirstCheckpoint checkpoint = new FirstCheckpoint(openedBeforeMillis);
            reading.read(places.files().get(middle).position(), Long.MAX_VALUE, checkpoint);
            if (checkpoint.isWithoutOld()) {
                end = checkpoint.beginSequence;
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return end;
    }

    /** Reads up to the end of the first whole checkpoint. */
    private static final class FirstCheckpoint implements EventSink {
        private final long openedBeforeMillis;
        private long beginSequence;
        private boolean hasOld = true;
        private boolean isWhole;

        FirstCheckpoint(long openedBeforeMillis) {
            this.openedBeforeMillis = openedBeforeMillis;
        }

        boolean isWithoutOld() {
            return isWhole && !hasOld;
        }

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            if (event instanceof CheckpointBegun) {
                beginSequence = sequence;
                hasOld = atMillis < openedBeforeMillis + SLACK_MILLIS;
            } else if (event instanceof CheckpointSession session) {
                hasOld |= session.openedAtMillis() < openedBeforeMillis;
            } else if (event instanceof CheckpointEnded ended && ended.beginSequence() == beginSequence) {
                isWhole = true;
                throw new ScanStop();
            }
        }

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {}
    }
}
