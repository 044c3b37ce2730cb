package io.weir.proxyengine;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.LedgerEvent.OverloadChanged;
import io.weir.eventbus.OverloadStep;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees that an engine has what it cannot go on without, the ledger and its loops, and how far it goes to spare what runs short. Any thread unless said. */
final class Lookout {
    private static final Logger log = LoggerFactory.getLogger(Lookout.class);
    private static final String LOOP_LOST = "an event loop is lost, start the node again";
    private static final String LEDGER_LOST = "the ledger is lost, start the node again";

    private final EventBus bus;
    private final Crew crew;
    private final AcceptLimit acceptLimit;
    private final Shortage shortage;
    private volatile boolean isClosing;
    private volatile boolean isLost; // by any loop, perhaps by more than one
    private OverloadStep heeded = OverloadStep.NORMAL; // the overload monitor's thread

    Lookout(EventBus bus, Crew crew, AcceptLimit acceptLimit, Shortage shortage) {
        this.bus = bus;
        this.crew = crew;
        this.acceptLimit = acceptLimit;
        this.shortage = shortage;
    }

    /** From now on loops end because they are told to. */
    void closing() {
        isClosing = true;
    }

    /** Ends all sessions if something is lost that they cannot go on without. */
    void lookForLost() {
        if (isLost || isClosing) {
            return;
        }
        boolean isLoopLost = crew.hasLost();
        if (isLoopLost || bus.isConsumerLost()) {
            isLost = true;
            bus.admission().refuseForGood(isLoopLost ? LOOP_LOST : LEDGER_LOST);
            crew.each(loop -> loop.sessions().abortAll(CloseReason.INTERNAL_ERROR));
            log.error(
                    "{} is lost, so not all could be counted: all sessions are ended and none begins, start the node again",
                    isLoopLost ? "an event loop" : "the ledger");
        }
    }

    /** See {@link ProxyEngine#overload}. One thread. */
    void overload(OverloadStep step, String cause) {
        lookForLost(); // there may be no loop left that could
        shortage.set(step, cause);
        OverloadStep before = heeded;
        if (before == step) {
            return;
        }
        acceptLimit.hold(step.isAtLeast(OverloadStep.ACCEPT_PAUSED));
        log.warn("overload step={} previous={} cause=\"{}\"", step, before, cause);
        crew.command(new OverloadChanged(step, before, cause), EngineLoop::heedShortage);
        heeded = step; // if there was memory for all of it; else it is done again
    }

    OverloadStep step() {
        OverloadStep step = shortage.step();
        return isLost && !step.isAtLeast(OverloadStep.REFUSING) ? OverloadStep.REFUSING : step;
    }

    String cause() {
        String lost = isLost ? bus.admission().refusal() : null;
        return lost == null ? shortage.cause() : lost;
    }
}
