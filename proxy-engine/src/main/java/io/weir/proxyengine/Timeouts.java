package io.weir.proxyengine;

import java.time.Duration;
import java.util.List;

/**
 * How long what may take. Immutable; checked when it is put into an {@link EngineConfig}.
 *
 * @param connect for a name to be resolved and an address to accept
 * @param head for a request's head to arrive whole, from its first byte or the connection's start; absolute
 * @param keepAlive how long a client or origin connection may wait for its next request
 * @param exchangeIdle how long an exchange may stand still
 * @param tunnelIdle how long a tunnel may stand still
 * @param drain how long sessions may go on after {@link ProxyEngine#close()}
 */
public record Timeouts(
        Duration connect,
        Duration head,
        Duration keepAlive,
        Duration exchangeIdle,
        Duration tunnelIdle,
        Duration drain) {

    void check(Faults faults) {
        for (Duration timeout : List.of(connect, head, keepAlive, exchangeIdle, tunnelIdle)) {
            faults.check(timeout.toMillis() > 0, "a timeout must be longer than " + timeout);
        }
        faults.check(!drain.isNegative(), "the time to drain cannot be negative: " + drain);
    }
}
