package io.weir.proxyengine;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import org.jspecify.annotations.Nullable;

/** The two sessions of an event loop that are no client's: they are opened when first needed and stay open, so no byte goes uncounted and no memory grows. That loop only. */
final class StandingSessions {
    private final LoopLedger ledger;
    private @Nullable SessionMeter overload;
    private @Nullable SessionMeter ownLeg;

    StandingSessions(LoopLedger ledger) {
        this.ledger = ledger;
    }

    /** Counts what is said on connections that may open no session, while the ledger cannot take more. */
    SessionMeter overload() {
        SessionMeter meter = overload;
        if (meter == null || !meter.isOpen()) {
            meter = ledger.openNobodys("REFUSED");
            overload = meter;
        }
        return meter;
    }

    boolean isOverload(SessionMeter meter) {
        return meter.equals(overload);
    }

    /** Counts what is said with upstreams and belongs to no client's session: checks, and what TLS says on a connection that nobody uses. */
    SessionMeter ownLeg() {
        SessionMeter meter = ownLeg;
        if (meter == null || !meter.isOpen()) {
            meter = ledger.openNobodys("UPSTREAM");
            ownLeg = meter;
        }
        return meter;
    }

    /** Nothing more will be counted. */
    void close() {
        if (overload != null && overload.isOpen()) {
            overload.close(CloseReason.OVERLOADED, 503);
        }
        if (ownLeg != null && ownLeg.isOpen()) {
            ownLeg.close(CloseReason.COMPLETED, 0);
        }
    }
}
