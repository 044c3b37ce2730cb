package io.weir.proxyengine;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import org.jspecify.annotations.Nullable;

/**
 * Whether sessions may begin on one event loop: asks the ledger, what is short, the quotas and the limits, and sees to it that what is turned away is counted. That loop only.
 */
final class LoopAdmission {
    /** Refusals for a shortage that are recorded between two sweeps, at most. */
    private static final int SHORTAGE_RECORDS = 64;

    private final EventBus bus;
    private final LoopLedger ledger;
    private final StandingSessions standing;
    private final SessionPlaces places;
    private final Shortage shortage;
    private final Sweep sweep;
    private SessionLimits limits;
    private boolean draining;
    private long shortageRecordedNanos;
    private int shortageRecords;

    LoopAdmission(LoopShare share, LoopLedger ledger, StandingSessions standing, Sweep sweep, SessionLimits limits) {
        bus = share.bus();
        this.ledger = ledger;
        this.standing = standing;
        places = share.places();
        shortage = share.shortage();
        this.sweep = sweep;
        this.limits = limits;
    }

    /** From now on these hold; sessions that are open stay. */
    void limits(SessionLimits now) {
        limits = now;
    }

    /** From now on no session begins, and no client is kept. */
    void drain() {
        draining = true;
    }

    boolean isDraining() {
        return draining;
    }

    /** Whether a client's connection goes on after an answer. */
    boolean keepsClients() {
        return !draining && shortage.keepsClients();
    }

    /** Why no session may begin; null if one may. */
    @Nullable String refusal() {
        String refusal = ledger.refusal();
        if (refusal == null && draining) {
            refusal = "the proxy is stopping";
        }
        return refusal == null ? shortage.refusal() : refusal;
    }

    /**
     * Asks whether a session that was opened may carry anything: whether its user has a quota left, and there is a place for it, which it has
     * until it is closed. A refusal is recorded here; the caller answers it.
     *
     * @param target what was asked for
     * @return why it may not; null if it may
     */
    @Nullable Refusal admit(SessionMeter meter, Caller caller, String target) {
        Refusal refusal = SpentQuota.refusal(bus.quotas(), caller.user());
        if (refusal == null) {
            refusal = places.enter(meter, caller, limits);
        }
        if (refusal != null) {
            ledger.recordRefusal(meter, caller.remote(), target, refusal);
        }
        return refusal;
    }

    /**
     * Records that a request was refused because something is short, if that is why: all of them are counted, but in the ledger are no more than a few each sweep,
     * or those who are turned away would fill what is short.
     *
     * @param meter of the session that counts what was said
     */
    void recordShortage(SessionMeter meter, String remote, String target) {
        String refusal = shortage.refusal();
        if (refusal == null) {
            return;
        }
        shortage.countRefused();
        if (shortageRecordedNanos != sweep.nowNanos()) {
            shortageRecordedNanos = sweep.nowNanos();
            shortageRecords = 0;
        }
        if (ledger.hasRoom() && shortageRecords++ < SHORTAGE_RECORDS) {
            ledger.recordRefusal(meter, remote, target, refusal);
        }
    }

    /**
     * Counts what was said on a connection that ended before anybody could serve it; nothing happens if nothing was.
     *
     * @param overheadUp of a balancer's header and of handshakes
     * @param up of what would have been a request
     * @param overheadDown answers to handshakes
     */
    void countUnserved(Caller caller, long overheadUp, long up, long overheadDown, CloseReason reason) {
        if (overheadUp + up + overheadDown == 0) {
            return;
        }
        SessionMeter meter =
                refusal() == null ? ledger.open(SessionProtocol.HTTP, "", "", "", caller) : standing.overload();
        meter.overheadUp(overheadUp);
        meter.up(up);
        meter.overheadDown(overheadDown);
        if (!standing.isOverload(meter)) {
            meter.close(reason, 0);
        }
    }
}
