package io.weir.eventbus;

/**
 * The six byte counts of a session, or of a sum of sessions. Immutable; all figures are bytes and never negative.
 *
 * @param up payload read from the client
 * @param down payload whose write to the client completed
 * @param overheadUp what was read from the client and is not payload, such as the head of a CONNECT
 * @param overheadDown what was written to the client and is not payload, such as the answer to a CONNECT
 * @param originUp bytes whose write to the origin completed
 * @param originDown bytes read from the origin
 */
public record Tally(long up, long down, long overheadUp, long overheadDown, long originUp, long originDown) {
    /** Nothing counted. */
    public static final Tally ZERO = new Tally(0, 0, 0, 0, 0, 0);

    /** Refuses a negative count. */
    public Tally {
        if ((up | down | overheadUp | overheadDown | originUp | originDown) < 0) {
            throw new IllegalArgumentException("a byte count is negative: up=" + up + " down=" + down + " overheadUp="
                    + overheadUp + " overheadDown=" + overheadDown + " originUp=" + originUp + " originDown="
                    + originDown);
        }
    }

    /**
     * Adds count by count.
     *
     * @throws ArithmeticException if a sum passes 2^63−1, which the ledger treats as a conservation violation
     */
    public Tally plus(Tally other) {
        return new Tally(
                Math.addExact(up, other.up),
                Math.addExact(down, other.down),
                Math.addExact(overheadUp, other.overheadUp),
                Math.addExact(overheadDown, other.overheadDown),
                Math.addExact(originUp, other.originUp),
                Math.addExact(originDown, other.originDown));
    }

    /** All bytes that crossed the client's socket in the client's direction of sending: payload and overhead. */
    public long receivedFromClient() {
        return Math.addExact(up, overheadUp);
    }

    /** All bytes that crossed the client's socket towards the client: payload and overhead. */
    public long deliveredToClient() {
        return Math.addExact(down, overheadDown);
    }
}
