package io.weir.eventbus;

/**
 * Six byte counts that one thread adds to; the mutable twin of {@link Tally}. Not thread-safe: whoever owns the
 * instance, an event loop or the consumer, is the only one to touch it. A sum that passes 2^63−1 is never stored: the
 * addition throws {@link ArithmeticException} and changes nothing.
 */
public final class Counts {
    private long up;
    private long down;
    private long overheadUp;
    private long overheadDown;
    private long originUp;
    private long originDown;

    /** Starts at zero. */
    public Counts() {}

    /** Payload bytes read from the client. */
    public long up() {
        return up;
    }

    /** Payload bytes written to the client. */
    public long down() {
        return down;
    }

    /** Other bytes read from the client. */
    public long overheadUp() {
        return overheadUp;
    }

    /** Other bytes written to the client. */
    public long overheadDown() {
        return overheadDown;
    }

    /** Bytes written to the origin. */
    public long originUp() {
        return originUp;
    }

    /** Bytes read from the origin. */
    public long originDown() {
        return originDown;
    }

    /** Adds to {@link #up()}. */
    public void addUp(long bytes) {
        up = Math.addExact(up, bytes);
    }

    /** Adds to {@link #down()}. */
    public void addDown(long bytes) {
        down = Math.addExact(down, bytes);
    }

    /** Adds to {@link #overheadUp()}. */
    public void addOverheadUp(long bytes) {
        overheadUp = Math.addExact(overheadUp, bytes);
    }

    /** Adds to {@link #overheadDown()}. */
    public void addOverheadDown(long bytes) {
        overheadDown = Math.addExact(overheadDown, bytes);
    }

    /** Adds to {@link #originUp()}. */
    public void addOriginUp(long bytes) {
        originUp = Math.addExact(originUp, bytes);
    }

    /** Adds to {@link #originDown()}. */
    public void addOriginDown(long bytes) {
        originDown = Math.addExact(originDown, bytes);
    }

    /** Replaces all six. */
    public void set(long up, long down, long overheadUp, long overheadDown, long originUp, long originDown) {
        this.up = up;
        this.down = down;
        this.overheadUp = overheadUp;
        this.overheadDown = overheadDown;
        this.originUp = originUp;
        this.originDown = originDown;
    }

    /** Copies all six from another. */
    public void set(Counts other) {
        set(other.up, other.down, other.overheadUp, other.overheadDown, other.originUp, other.originDown);
    }

    /**
     * Adds all six, or none of them.
     *
     * @throws ArithmeticException if a sum passes 2^63−1; then nothing was added
     */
    public void addExact(Counts other) {
        long newUp = Math.addExact(up, other.up);
        long newDown = Math.addExact(down, other.down);
        long newOverheadUp = Math.addExact(overheadUp, other.overheadUp);
        long newOverheadDown = Math.addExact(overheadDown, other.overheadDown);
        long newOriginUp = Math.addExact(originUp, other.originUp);
        long newOriginDown = Math.addExact(originDown, other.originDown);
        set(newUp, newDown, newOverheadUp, newOverheadDown, newOriginUp, newOriginDown);
    }

    /** Back to zero. */
    public void clear() {
        set(0, 0, 0, 0, 0, 0);
    }

    /** Whether all six are zero. */
    public boolean isZero() {
        return (up | down | overheadUp | overheadDown | originUp | originDown) == 0;
    }

    /** Whether all six equal those of {@code tally}. */
    public boolean matches(Tally tally) {
        return up == tally.up()
                && down == tally.down()
                && overheadUp == tally.overheadUp()
                && overheadDown == tally.overheadDown()
                && originUp == tally.originUp()
                && originDown == tally.originDown();
    }

    /** An immutable copy. */
    public Tally toTally() {
        return new Tally(up, down, overheadUp, overheadDown, originUp, originDown);
    }
}
