package io.weir.aggregator;

/**
 * What a user has done since the node was started. Immutable.
 *
 * @param user the name; {@code other} for all who have no figures of their own
 * @param up bytes that were read from its clients in root sessions, overhead included
 * @param down bytes that were written to them, overhead included
 * @param sessionsOpened root sessions that began
 * @param sessionsOpen root sessions that are open
 * @param refused requests that were not carried
 */
public record UserFigures(String user, long up, long down, long sessionsOpened, int sessionsOpen, long refused) {}
