package io.weir.launcher.config;

import static io.weir.launcher.config.Applied.RELOAD;
import static io.weir.launcher.config.Terms.DAY;
import static io.weir.launcher.config.Terms.HOUR;
import static io.weir.launcher.config.Terms.MILLI;
import static io.weir.launcher.config.Terms.TIME;
import static io.weir.launcher.config.Terms.YEAR;

import java.time.Duration;
import java.util.List;

/** The keys of the section timeouts: how long what may take. See {@link Keys}. Immutable. */
public final class TimeoutKeys {
    public static final Key<Duration> CONNECT = Key.one(
            "timeouts.connect",
            Types.time(MILLI, HOUR),
            "10s",
            RELOAD,
            "For a name to be resolved and an address to accept, and for a handshake with an intercepted origin.");
    public static final Key<Duration> HEAD = Key.one(
            "timeouts.head",
            Types.time(MILLI, HOUR),
            "10s",
            RELOAD,
            "For a request's head to arrive whole, from its first byte or the connection's start; absolute.");
    public static final Key<Duration> KEEP_ALIVE = Key.one(
            "timeouts.keep-alive",
            Types.time(MILLI, DAY),
            "60s",
            RELOAD,
            "How long a client or origin connection may wait for its next request.");
    public static final Key<Duration> EXCHANGE_IDLE = Key.one(
            "timeouts.exchange-idle",
            Types.time(MILLI, YEAR),
            "5m",
            RELOAD,
            "How long an exchange may stand still. One that has begun keeps the old value.");
    public static final Key<Duration> TUNNEL_IDLE = Key.one(
            "timeouts.tunnel-idle",
            Types.time(MILLI, YEAR),
            "1h",
            RELOAD,
            "How long a tunnel may stand still. An open one keeps the old value.");
    public static final Key<Duration> DRAIN = Key.one(
                    "timeouts.drain",
                    Types.time(Duration.ZERO, DAY),
                    "5s",
                    RELOAD,
                    "How long open sessions may go on after a signal to stop.")
            .option("--drain", TIME);

    /** All of them, in the order in which they are shown. */
    static final List<Key<?>> ROWS = List.of(CONNECT, HEAD, KEEP_ALIVE, EXCHANGE_IDLE, TUNNEL_IDLE, DRAIN);

    private TimeoutKeys() {}
}
