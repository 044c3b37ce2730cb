package io.weir.proxyengine;

import io.weir.eventbus.Counts;
import io.weir.eventbus.SessionMeter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How fast one direction of a session may be read: as fast as the slowest of its {@link Tap}s gives. Event loop of the session.
 *
 * <p>Whoever reads asks {@link #mayRead} before, and reads no more than that. What was read shows in the session's meter, so nobody has to say it, and what passed is what the
 * ledger says. If nothing may be read the {@link Gate}s are opened later. What was read all the same, since not every read can be bounded, is made up for by waiting.
 */
final class Pace {
    private static final Logger log = LoggerFactory.getLogger(Pace.class);

    /** Goes on reading. */
    interface Gate {
        /** Something may be read again. */
        void open();
    }

    /** After so long what was granted and not read is for others. */
    private static final long GRANT_NANOS = 100_000_000;

    private static final long NOT_WAITING = Long.MAX_VALUE;

    private final List<Tap> taps;
    private final LoopBandwidth loop;
    private final boolean isUp;
    private final List<Gate> gates = new ArrayList<>(1);
    private SessionMeter meter;
    private long seen;
    private long granted;
    private long grantedAtNanos;
    private long ticket = NOT_WAITING;
    private @Nullable Tap waitingAt;
    private boolean closed;

    /**
     * Makes one.
     *
     * @param isUp whether it is what the client says; else what the origin says
     */
    Pace(LoopBandwidth loop, SessionMeter meter, boolean isUp, List<Tap> taps) {
        this.loop = loop;
        this.meter = meter;
        this.isUp = isUp;
        this.taps = taps;
    }

    /** Is of another session from now on, the next one on a connection; of the same one if it is tried again. */
    void next(SessionMeter another) {
        charge();
        if (!another.equals(meter)) {
            meter = another;
            seen = 0;
        }
    }

    void add(Gate gate) {
        gates.add(gate);
    }

    void remove(Gate gate) {
        gates.remove(gate);
    }

    /** Whether it waits until something may be read. */
    boolean isWaiting() {
        return waitingAt != null;
    }

    /** When it began to wait, in no unit. */
    long ticket() {
        return ticket;
    }

    /** How many bytes may be read now. If 0, the gates are opened when something may; never, once it is closed. */
    long mayRead() {
        charge();
        if (waitingAt != null || closed) {
            return 0;
        }
        long now = loop.clock().nanos();
        if (granted > 0) {
            if (now - grantedAtNanos <= GRANT_NANOS) {
                return granted;
            }
            giveBack();
        }
        return ask(now);
    }

    /** What was read since the last time is paid for. */
    private void charge() {
        Counts total = meter.total();
        long moved = isUp ? total.up() : total.originDown();
        granted -= moved - seen;
        seen = moved;
        if (granted < 0) {
            for (Tap tap : taps) {
                tap.spend(-granted);
            }
            granted = 0;
        }
    }

    private long ask(long nowNanos) {
        long bytes = Long.MAX_VALUE;
        for (Tap tap : taps) {
            long offered = tap.offer(this, nowNanos);
            if (offered <= 0) {
                await(tap, nowNanos);
                return 0;
            }
            bytes = Math.min(bytes, offered);
        }
        for (Tap tap : taps) {
            tap.spend(bytes);
        }
        ticket = NOT_WAITING;
        granted = bytes;
        grantedAtNanos = nowNanos;
        return bytes;
    }

    private void await(Tap tap, long nowNanos) {
        if (ticket == NOT_WAITING) {
            ticket = loop.nextTicket(); // and it keeps that while it waits for one after the other
        }
        waitingAt = tap;
        tap.await(this, nowNanos);
    }

    /** Its turn has come at the tap where it waited. */
    void called() {
        waitingAt = null;
        if (mayRead() <= 0) {
            return;
        }
        for (int i = gates.size() - 1; i >= 0; i--) { // one may go while it is opened
            if (i < gates.size()) {
                open(gates.get(i));
            }
        }
    }

    private void open(Gate gate) {
        try {
            gate.open();
        } catch (RuntimeException | Error e) { // the others in line have their turn all the same
            log.error("reading could not go on session={}", meter.id(), e);
        }
    }

    private void giveBack() {
        for (Tap tap : taps) {
            tap.giveBack(granted);
        }
        granted = 0;
    }

    /** The session is over, or limited no more. */
    void close() {
        charge();
        giveBack();
        closed = true;
        gates.clear();
        if (waitingAt != null) {
            waitingAt.leave(this);
            waitingAt = null;
        }
        ticket = NOT_WAITING;
    }
}
