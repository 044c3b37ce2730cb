package io.weir.aggregator;

import io.weir.eventbus.LedgerEvent.ConservationViolated;

/**
 * Two counts that must agree and do not. Immutable.
 *
 * @param sequence the event with which it was found or recorded
 * @param atMillis that event's time, in ms since the epoch
 * @param finding what does not agree
 */
public record Violation(long sequence, long atMillis, ConservationViolated finding) {}
