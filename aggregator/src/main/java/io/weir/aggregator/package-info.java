/**
 * The one owner of every total: journals what the event loops publish, folds it, and hands out immutable snapshots.
 *
 * <p>Entry points: {@link io.weir.aggregator.Aggregator} (live), {@link io.weir.aggregator.LedgerFold} (the fold, the
 * same in live use, recovery, replay and audit), {@link io.weir.aggregator.Snapshot} (what readers see),
 * {@link io.weir.aggregator.RecentExchanges} (the exchanges that came last) and
 * {@link io.weir.aggregator.journal.JournalReader} (the durable record of it all).
 *
 * <p>Threads: the bus's consumer thread owns the fold and the journal's appender; other threads read one volatile
 * reference to a snapshot, or ask for a newer one; exchanges they take from a list that grows at one end.
 */
@NullMarked
package io.weir.aggregator;

import org.jspecify.annotations.NullMarked;
