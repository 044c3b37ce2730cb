package io.weir.aggregator;

import io.weir.aggregator.HealthBoard.Condition;
import io.weir.eventbus.EventBus;

/** Says how the journal is: to whoever asks, and to those who would begin sessions. Consumer thread. */
final class LedgerCondition {
    private final EventBus bus;
    private final HealthBoard health;

    LedgerCondition(EventBus bus, HealthBoard health) {
        this.bus = bus;
        this.health = health;
    }

    /** @param reason for people; empty if all is well */
    void is(JournalState state, String reason) {
        health.condition(new Condition(state, reason));
        if (state == JournalState.OK) {
            bus.admission().admit();
        } else {
            bus.admission().refuse("the journal can't be written: " + reason);
        }
    }
}
