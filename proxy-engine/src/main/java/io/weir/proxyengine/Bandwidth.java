package io.weir.proxyengine;

import io.weir.eventbus.SessionMeter;
import org.jspecify.annotations.Nullable;

/** What limits one session, in both directions. Event loop of the session, which closes it. */
final class Bandwidth {
    private final Pace up;
    private final Pace down;
    private final String user;
    private final long ruleRate;
    private final LoopBandwidth.@Nullable UserTaps taps;
    private boolean closed;

    Bandwidth(Pace up, Pace down, String user, long ruleRate, LoopBandwidth.@Nullable UserTaps taps) {
        this.up = up;
        this.down = down;
        this.user = user;
        this.ruleRate = ruleRate;
        this.taps = taps;
    }

    /** How fast the client is read. */
    Pace up() {
        return up;
    }

    /** How fast the origin is read. */
    Pace down() {
        return down;
    }

    /** Whether it waits for its turn: then it is not idle, though nothing moves. */
    boolean isWaiting() {
        return up.isWaiting() || down.isWaiting();
    }

    /** Whether that user's session by a rule with that rate shares it, if it is the next on the same connection. */
    boolean isOf(String otherUser, long otherRate) {
        return user.equals(otherUser) && ruleRate == otherRate;
    }

    /** Is the next session's. */
    void next(SessionMeter meter) {
        up.next(meter);
        down.next(meter);
    }

    /** Waits for nothing any more. */
    void close() {
        if (!closed) {
            closed = true;
            up.close();
            down.close();
            if (taps != null) {
                taps.left();
            }
        }
    }
}
