package io.weir.wsgateway;

import org.jspecify.annotations.Nullable;

/**
 * How far one client of the topic {@code changes} is: it rests at a place, or something is under way that brings it to the
 * next. Event loop of the gateway, but for {@link #isGone()}.
 */
final class ChangesFollower {
    /**
     * What a client needs. Clients with the same need get the same step.
     *
     * @param sequence up to which it was told everything
     * @param tick number of the tick that brought it there, of those that had something to tell; {@link #UNKNOWN} if it brought
     *     the sequence along
     * @param reset why it has to be told everything anew; null if it has not
     */
    record Need(long sequence, long tick, @Nullable ResetReason reset) {
        static final long UNKNOWN = -1;
    }

    private enum State {
        RESTING,
        STEPPING,
        REPLAYING,
        GONE
    }

    private final Client client;
    private Need need;
    private volatile State state = State.RESTING; // the loop writes it
    private boolean isNew = true;
    private long replayedFrom;
    private @Nullable ChangesStep step;
    private long quietSinceNanos;

    /** Somebody who has just subscribed, and has been quiet for so long that any step is due. */
    ChangesFollower(Client client, long from, long longAgoNanos) {
        this.client = client;
        this.need = new Need(from, Need.UNKNOWN, null);
        this.quietSinceNanos = longAgoNanos;
    }

    Client client() {
        return client;
    }

    Need need() {
        return need;
    }

    /** Whether a step may begin: none is under way, and there is room for it. */
    boolean isFree() {
        return state == State.RESTING && client.isReady();
    }

    /** The place from which it goes on out of the journal, until it has taken all of that; 0 if it does not. */
    long replayedFrom() {
        return replayedFrom;
    }

    /** Whether nothing of this is wanted any more. Any thread. */
    boolean isGone() {
        return state == State.GONE;
    }

    /** Whether its first step has not begun. */
    boolean isNew() {
        return isNew;
    }

    /** From now on it has to be told everything. */
    void reset(ResetReason why) {
        need = new Need(need.sequence(), need.tick(), why);
        state = State.RESTING;
        replayedFrom = 0;
    }

    /** What it has not seen is being looked for. */
    void replaying() {
        isNew = false;
        state = State.REPLAYING;
        replayedFrom = need.sequence();
    }

    void stepping(ChangesStep current) {
        isNew = false;
        state = State.STEPPING;
        step = current;
    }

    /** The step that is under way; null if there is none. */
    @Nullable ChangesStep step() {
        return step;
    }

    /** Something was sent. */
    void heard(long nowNanos) {
        isNew = false;
        quietSinceNanos = nowNanos;
    }

    boolean isQuietFor(long nanos, long nowNanos) {
        return nowNanos - quietSinceNanos >= nanos;
    }

    /** It was told everything up to there. */
    void arrived(long sequence, long tick) {
        need = new Need(sequence, tick, null);
        state = State.RESTING;
        replayedFrom = 0;
        step = null;
    }

    /** What is under way for it is of another run of sequences, and is left. */
    void startAgain(ResetReason why) {
        ChangesStep left = step;
        step = null;
        if (left != null) {
            left.remove(this);
        }
        reset(why);
    }

    /** It wants nothing of this any more. */
    void leave() {
        state = State.GONE;
        ChangesStep left = step;
        step = null;
        if (left != null) {
            left.remove(this);
        }
    }
}
