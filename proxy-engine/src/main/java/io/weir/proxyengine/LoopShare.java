package io.weir.proxyengine;

import io.netty.resolver.dns.DnsCache;
import io.weir.eventbus.EventBus;
import org.jspecify.annotations.Nullable;

/**
 * What all event loops of an engine have in common, for as long as it runs. Each part may be used by any thread.
 *
 * @param bus where the sessions' counts go
 * @param dnsCache names that were looked up
 * @param reads how large the pieces are in which channels are read
 * @param acceptLimit how many clients are connected
 * @param places how many sessions are open, where that is limited
 * @param shortage what is running short
 * @param interception what to intercept with; null if nothing is
 * @param certificates with what listeners speak TLS
 * @param bandwidth what limits sessions of several loops
 */
record LoopShare(
        EventBus bus,
        DnsCache dnsCache,
        FrugalReads reads,
        AcceptLimit acceptLimit,
        SessionPlaces places,
        Shortage shortage,
        @Nullable Interception interception,
        Certificates certificates,
        SharedBandwidth bandwidth) {}
