package io.weir.eventbus;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Hands out session ids, each once in the life of a journal. Any thread.
 *
 * <p>Only ids that the journal has recorded as reserved are handed out, so that a crash which kept the latest
 * sessions out of the journal cannot make the next boot use their ids again.
 */
public final class SessionIds {
    /** Ids stay exact as JSON numbers. */
    public static final long LIMIT = 1L << 53;

    /** What {@link #next()} answers while no reserved id is left. */
    public static final long NONE = 0;

    private final AtomicLong next = new AtomicLong(1);
    private volatile long grantedBelow = 1;

    SessionIds() {}

    /** An id that was never used, or {@link #NONE} while the consumer has not reserved more. */
    public long next() {
        long id;
        do {
            id = next.get();
            if (id >= grantedBelow) {
                return NONE;
            }
        } while (!next.compareAndSet(id, id + 1));
        return id;
    }

    /** The lowest id that was not handed out yet. */
    public long peek() {
        return next.get();
    }

    /** How many may still be handed out; a moment's view. */
    public long left() {
        return grantedBelow - next.get();
    }

    /** Ids below this one may be handed out. */
    public long grantedBelow() {
        return grantedBelow;
    }

    /**
     * Sets where this boot's ids begin. Called once, before the first session.
     *
     * @throws IllegalArgumentException if {@code first} or one below it could have been handed out already
     */
    public void startAt(long first) {
        if (first < next.get()) {
            throw new IllegalArgumentException("session ids begin at " + next.get() + " or later, not at " + first);
        }
        next.set(first);
    }

    /**
     * Allows ids below {@code below}, which the journal must have recorded durably. Consumer thread.
     *
     * @throws IllegalArgumentException if that passes {@link #LIMIT}
     */
    public void grant(long below) {
        if (below > LIMIT) {
            throw new IllegalArgumentException("session ids are used up: " + below + " passes 2^53");
        }
        grantedBelow = below;
    }
}
