package io.weir.wsgateway.metrics;

import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.UsageReport;

/** What one scrape shows. Immutable; the parts were taken at most a second apart. */
public record Reading(Snapshot snapshot, LedgerHealth health, GatewayFigures gateway, UsageReport users) {
    /** The same with the newer of the two snapshots, and of what users did, so that no counter falls when answers overtake each other. */
    Reading notBefore(Reading other) {
        return new Reading(
                other.snapshot.sequence() > snapshot.sequence() ? other.snapshot : snapshot,
                health,
                gateway,
                other.users.sequence() > users.sequence() ? other.users : users);
    }
}
