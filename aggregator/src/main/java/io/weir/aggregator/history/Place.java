package io.weir.aggregator.history;

import io.weir.aggregator.journal.JournalFolder;
import io.weir.aggregator.journal.JournalPosition;

/**
 * Where reading may begin: at the beginning of a file, or at a checkpoint in it. One thread.
 *
 * <p>What a name says about time holds while the machine's clock is not set: nothing in a file happened after the hour it is
 * named for, since its writer's clock never goes back. Much in it may have happened before: in an outage of the disk events wait.
 */
final class Place implements Comparable<Place> {
    static final long HOUR_MILLIS = 3_600_000;

    private static final long UNKNOWN = -1;

    private final JournalPosition position;
    private long firstSequence = UNKNOWN;

    private Place(JournalPosition position) {
        this.position = position;
    }

    static Place beginningOf(String file) {
        return new Place(new JournalPosition(file, 0, 0));
    }

    static Place checkpoint(JournalPosition position) {
        Place place = new Place(position);
        place.firstSequence = position.sequence() + 1;
        return place;
    }

    JournalPosition position() {
        return position;
    }

    /** The first event that can be read from here on; {@link Long#MAX_VALUE} if there is none yet. */
    long firstSequence(Reading reading) {
        if (firstSequence == UNKNOWN) {
            long found = reading.firstSequence(position);
            if (found == Long.MAX_VALUE) {
                return found; // it may get one while we read
            }
            firstSequence = found;
        }
        return firstSequence;
    }

    /** When the hour of its file begins; without one, nothing is known: the beginning of time. */
    long hourMillis() {
        return JournalFolder.hourMillis(position.file()).orElse(Long.MIN_VALUE);
    }

    /** Whether all in its file, and so in all files before, happened before a time. */
    boolean isAllBefore(long millis) {
        long hour = hourMillis();
        return hour != Long.MIN_VALUE && hour + HOUR_MILLIS <= millis;
    }

    @Override
    public int compareTo(Place other) {
        int byFile = position.file().compareTo(other.position.file());
        return byFile != 0 ? byFile : Long.compare(position.offset(), other.position.offset());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Place place && compareTo(place) == 0;
    }

    @Override
    public int hashCode() {
        return 31 * position.file().hashCode() + Long.hashCode(position.offset());
    }
}
