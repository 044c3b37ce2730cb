package io.weir.wsgateway.metrics;

import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.Snapshot;

/** What one scrape shows. Immutable; the parts were taken at most a second apart. */
public record Reading(Snapshot snapshot, LedgerHealth health, GatewayFigures gateway) {
    /** The same with the newer of the two snapshots, so that no counter falls when answers overtake each other. */
    Reading notBefore(Reading other) {
        return other.snapshot.sequence() > snapshot.sequence() ? new Reading(other.snapshot, health, gateway) : this;
    }
}
