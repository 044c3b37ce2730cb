package io.weir.proxyengine;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop draws from a {@link TokenBucket}, a piece at a time, for all of its sessions that the bucket limits. Event loop only: the bucket, which other loops
 * may share, is asked once a piece.
 *
 * <p>Sessions that find nothing wait in line, the one first that has waited longest; one timer for all of them wakes it when the next piece is due. Nobody overtakes who waits.
 */
final class Tap {
    /** A share is no smaller, since to pass bytes on one by one helps nobody. */
    private static final int LEAST_SHARE_BYTES = 1460;

    private static final Comparator<Pace> LONGEST_FIRST = Comparator.comparingLong(Pace::ticket);

    private final TokenBucket bucket;
    private final PaceClock clock;
    private final PriorityQueue<Pace> waiting = new PriorityQueue<>(1, LONGEST_FIRST);
    private long inHand;
    private long ordered;
    private long orderedForNanos;
    private @Nullable Future<?> timer;
    private boolean serving;

    Tap(TokenBucket bucket, PaceClock clock) {
        this.bucket = bucket;
        this.clock = clock;
    }

    TokenBucket bucket() {
        return bucket;
    }

    /** How many sessions wait here. */
    int waiting() {
        return waiting.size();
    }

    /** How many bytes there are for that session, its share if others wait; 0 if it has to wait. */
    long offer(Pace asker, long nowNanos) {
        Pace first = waiting.peek();
        if (first != null && first.ticket() < asker.ticket()) {
            return 0;
        }
        draw(nowNanos);
        if (inHand <= 0) {
            return 0;
        }
        return Math.max(Math.min(inHand, LEAST_SHARE_BYTES), inHand / (1 + waiting.size()));
    }

    /** Bytes that were offered are taken, or others were moved that nobody was asked about: then there may be less than nothing. */
    void spend(long bytes) {
        inHand -= bytes;
    }

    /** Bytes were taken and not used. */
    void giveBack(long bytes) {
        inHand = Math.max(inHand, Math.min(bucket.pieceBytes(), inHand + bytes));
    }

    /** Has the session called when there is something for it. */
    void await(Pace asker, long nowNanos) {
        waiting.add(asker);
        if (timer == null && !serving) {
            arm(nowNanos);
        }
    }

    /** The session waits no more. */
    void leave(Pace asker) {
        waiting.remove(asker);
        if (waiting.isEmpty()) {
            stop();
        }
    }

    /** Nobody will draw any more. */
    void stop() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    /** Sees to it that there is something, or that it is ordered: then with what was overdrawn. */
    private void draw(long nowNanos) {
        if (ordered > 0 && nowNanos - orderedForNanos >= 0) {
            inHand += ordered;
            ordered = 0;
        }
        long piece = bucket.pieceBytes();
        inHand = Math.min(inHand, 2 * piece); // the rate may have fallen
        if (inHand <= 0 && ordered == 0) {
            long wanted = piece - inHand;
            long when = bucket.take(wanted, nowNanos);
            if (nowNanos - when >= 0) {
                inHand += wanted;
            } else {
                ordered = wanted;
                orderedForNanos = when;
            }
        }
    }

    private void arm(long nowNanos) {
        long delay = ordered > 0 && inHand <= 0 ? Math.max(0, orderedForNanos - nowNanos) : 0;
        timer = clock.schedule(this::serve, delay);
    }

    /** Calls each that waits once at most, so that others of the event loop have their turn. */
    private void serve() {
        timer = null;
        serving = true;
        try {
            for (int turns = waiting.size(); turns > 0; turns--) {
                draw(clock.nanos());
                Pace next = inHand > 0 ? waiting.poll() : null;
                if (next == null) {
                    break;
                }
                next.called();
            }
        } finally {
            serving = false;
        }
        if (!waiting.isEmpty()) {
            draw(clock.nanos());
            arm(clock.nanos());
        }
    }
}
