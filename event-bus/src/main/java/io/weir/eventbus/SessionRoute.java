package io.weir.eventbus;

/**
 * What a session was carried by: configuration, rule, and the way it took. Immutable.
 *
 * @param configVersion version of the {@link LedgerEvent.ConfigChanged} that was in force when it was opened; 0 if that is not known
 * @param rule name of the rule that decided, {@code default} if none did; empty if there are no rules, or none was asked
 * @param upstream name of the proxy that it was passed on to; empty if it went to its origin, or nowhere
 */
public record SessionRoute(long configVersion, String rule, String upstream) {
    /** Nothing is known. */
    public static final SessionRoute NONE = new SessionRoute(0, "", "");

    /** Under that configuration, and no more is known yet. */
    public static SessionRoute under(long configVersion) {
        return configVersion == 0 ? NONE : new SessionRoute(configVersion, "", "");
    }
}
