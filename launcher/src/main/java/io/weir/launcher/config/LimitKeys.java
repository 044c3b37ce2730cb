package io.weir.launcher.config;

import static io.weir.launcher.config.Applied.RELOAD;
import static io.weir.launcher.config.Terms.NONE;
import static io.weir.launcher.config.Terms.TIB;

import java.util.List;
import java.util.Optional;

/** The keys of the section limits: how much there may be of it. See {@link Keys}. Immutable. */
public final class LimitKeys {
    static final Key<Optional<Long>> SESSIONS = Key.one(
            "limits.sessions",
            Types.orWord(NONE, Types.count(1, 10_000_000)),
            NONE,
            RELOAD,
            "Sessions open at once: tunnels and plain exchanges. What begins beyond them is answered with 503.");
    static final Key<Optional<Long>> SESSIONS_PER_USER = Key.one(
            "limits.sessions-per-user",
            Types.orWord(NONE, Types.count(1, 10_000_000)),
            NONE,
            RELOAD,
            "Sessions of one user open at once. What begins beyond them is answered with 429.");
    static final Key<Optional<Long>> SESSIONS_PER_CLIENT = Key.one(
            "limits.sessions-per-client",
            Types.orWord(NONE, Types.count(1, 10_000_000)),
            NONE,
            RELOAD,
            "Sessions of one client address open at once; of IPv6 addresses the first 64 bits count. What begins beyond them is answered with"
                    + " 429.");
    static final Key<Optional<Long>> QUOTA_DAY = Key.one(
            "limits.quota-day",
            Types.orWord(NONE, Types.size(1, 1024 * TIB)),
            NONE,
            RELOAD,
            "Bytes that each user may move in a day, in UTC, in both directions together. Then open sessions end, and new ones are answered with"
                    + " 429.");
    static final Key<Optional<Long>> QUOTA_MONTH = Key.one(
            "limits.quota-month", Types.orWord(NONE, Types.size(1, 1024 * TIB)), NONE, RELOAD, "The same for a month.");
    static final Key<List<UserQuota>> QUOTAS = Key.list(
            "limits.quotas", Types.USER_QUOTA, RELOAD, "Quotas of single users, in the place of those of everybody.");
    public static final Key<Optional<Long>> BANDWIDTH = Key.one(
            "limits.bandwidth",
            Types.orWord(NONE, Types.size(1024, TIB)),
            NONE,
            RELOAD,
            "Payload per second of all sessions together: so much up, and as much down. Who begins while there is none is not limited by it later.");
    public static final Key<Optional<Long>> BANDWIDTH_PER_USER = Key.one(
            "limits.bandwidth-per-user",
            Types.orWord(NONE, Types.size(1024, TIB)),
            NONE,
            RELOAD,
            "The same for the sessions of each user together.");
    public static final Key<Optional<Long>> BANDWIDTH_PER_SESSION = Key.one(
            "limits.bandwidth-per-session",
            Types.orWord(NONE, Types.size(1024, TIB)),
            NONE,
            RELOAD,
            "The same for each session: a tunnel, or a client's connection of plain HTTP. A rule can set a lower one.");
    static final Key<List<UserBandwidth>> BANDWIDTHS = Key.list(
            "limits.bandwidths",
            Types.USER_BANDWIDTH,
            RELOAD,
            "Bandwidths of single users, in the place of limits.bandwidth-per-user.");

    /** All of them, in the order in which they are shown. */
    static final List<Key<?>> ROWS = List.of(
            SESSIONS,
            SESSIONS_PER_USER,
            SESSIONS_PER_CLIENT,
            QUOTA_DAY,
            QUOTA_MONTH,
            QUOTAS,
            BANDWIDTH,
            BANDWIDTH_PER_USER,
            BANDWIDTH_PER_SESSION,
            BANDWIDTHS);

    private LimitKeys() {}
}
