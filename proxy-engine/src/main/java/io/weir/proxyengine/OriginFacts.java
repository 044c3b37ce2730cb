package io.weir.proxyengine;

import io.weir.eventbus.ExchangeTimes;

/**
 * What is known of a connection to an origin. Immutable.
 *
 * @param address where it leads to
 * @param protocol what is spoken on it
 * @param certificate SHA-256 of the certificate that the origin showed, in hex; empty if it showed none
 * @param connectMicros how long it took to resolve and connect
 * @param tlsMicros how long the handshake took; {@link ExchangeTimes#NEVER} if there was none
 */
record OriginFacts(String address, String protocol, String certificate, long connectMicros, long tlsMicros) {
    static final OriginFacts NONE = new OriginFacts("", "", "", ExchangeTimes.NEVER, ExchangeTimes.NEVER);
}
