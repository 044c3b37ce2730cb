package io.weir.proxyengine;

import io.weir.eventbus.SessionMeter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a {@link SocketRelay}: takes no more from its source than its sink accepts, and passes the end on when all before it was
 * delivered. Counts each byte twice, where it is read and where it is written. Event loop of both sockets.
 *
 * <p>It begins by copying, changes to splicing when a read fills the buffer, and back when there is little to splice.
 */
final class Flow {
    /** After so many moves others have their turn. */
    private static final int MOVES_PER_WAKEUP = 4;

    /** Where less may be moved at once, splicing does not pay. */
    private static final int SPLICED_MIN_BYTES = 64 * 1024;

    private final RelayMovers movers;
    private final SessionMeter meter;
    private final RawSocket source;
    private final RawSocket sink;
    private final boolean isUp;
    private final @Nullable Pace pace;
    private int limitBytes = Integer.MAX_VALUE;
    private @Nullable Held held;
    private int smallSplices;
    private boolean splicing;
    private boolean ended;

    /**
     * Makes a direction.
     *
     * @param isUp whether it leads to the origin
     * @param pace how fast it may go; null if it may go as fast as it can
     */
    Flow(RelayMovers movers, SessionMeter meter, RawSocket source, RawSocket sink, boolean isUp, @Nullable Pace pace) {
        this.movers = movers;
        this.meter = meter;
        this.source = source;
        this.sink = sink;
        this.isUp = isUp;
        this.pace = pace;
    }

    RawSocket source() {
        return source;
    }

    RawSocket sink() {
        return sink;
    }

    void countRead(int bytes) {
        if (isUp) {
            meter.up(bytes);
        } else {
            meter.originDown(bytes);
        }
    }

    void countWritten(int bytes) {
        if (bytes == 0) {
            return;
        }
        if (isUp) {
            meter.originUp(bytes);
        } else {
            meter.down(bytes);
        }
    }

    /** Keeps what the sink did not take. */
    void hold(Held rest) {
        held = rest;
    }

    /**
     * Notes a splice.
     *
     * @return how many small ones there were in a row
     */
    int sawSpliced(boolean isSmall) {
        smallSplices = isSmall ? smallSplices + 1 : 0;
        return smallSplices;
    }

    void copyFromNowOn() {
        splicing = false;
        smallSplices = 0;
    }

    /** The most that a move may take. */
    int limitBytes() {
        return limitBytes;
    }

    /** Whether to read. */
    boolean isOpen() {
        return held == null && !ended && (pace == null || !pace.isWaiting());
    }

    /** Whether it waits for its sink. */
    boolean isHeld() {
        return held != null;
    }

    /** Whether the source has ended, and its end was passed on. */
    boolean isEnded() {
        return ended;
    }

    /**
     * Moves what there is, within bounds. It must be open.
     *
     * @return the last move's outcome; an end has passed on
     */
    Mover.Outcome pump() {
        Mover.Outcome outcome = Mover.Outcome.MORE;
        for (int moves = 0; outcome == Mover.Outcome.MORE && moves < MOVES_PER_WAKEUP; moves++) {
            if (pace != null && !mayMove(pace)) {
                return Mover.Outcome.DONE;
            }
            if (splicing) {
                outcome = movers.splicer().move(this);
            } else {
                outcome = movers.copier().move(this);
                splicing = outcome == Mover.Outcome.MORE && movers.splices();
            }
        }
        return outcome == Mover.Outcome.ENDED ? end() : outcome;
    }

    /** Asks how much the next move may take. */
    private boolean mayMove(Pace asked) {
        long bytes = asked.mayRead();
        limitBytes = (int) Math.min(bytes, Integer.MAX_VALUE);
        splicing &= limitBytes >= SPLICED_MIN_BYTES;
        return bytes > 0;
    }

    /** Gives the sink what it has not taken yet. */
    Mover.Outcome flush() {
        Held rest = held;
        if (rest == null) {
            return Mover.Outcome.DONE;
        }
        try {
            countWritten(rest.drain(sink));
        } catch (IOException e) {
            return Mover.Outcome.SINK_BROKEN;
        }
        if (!rest.isEmpty()) {
            return Mover.Outcome.DONE;
        }
        held = null;
        rest.release();
        return Mover.Outcome.DONE;
    }

    /** The source has ended, and so has its sink: an end is read only when all before it was delivered. */
    Mover.Outcome end() {
        ended = true;
        try {
            sink.shutdownOutput();
            return Mover.Outcome.ENDED;
        } catch (IOException e) {
            return Mover.Outcome.SINK_BROKEN;
        }
    }

    /** Gives up what is held. */
    void release() {
        if (held != null) {
            held.release();
            held = null;
        }
    }
}
