package io.weir.aggregator;

import io.weir.eventbus.LedgerEvent.JournalGap;

/**
 * A gap that the journal records. Immutable.
 *
 * @param sequence the event's
 * @param event the gap
 */
public record Gap(long sequence, JournalGap event) {}
