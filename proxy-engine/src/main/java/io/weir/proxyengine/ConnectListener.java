package io.weir.proxyengine;

import io.netty.channel.Channel;

/** Learns how an attempt to reach an origin ended: one of the three, once, on the event loop. */
interface ConnectListener {
    /** The channel is the listener's from now on; it reads nothing until told to. */
    void connected(Channel origin);

    /** The same through an upstream: it leads to the origin as if it were the origin's, or takes requests for any origin, as was asked for. */
    default void connected(Channel origin, Passage passage) {
        connected(origin);
    }

    void failed(Refusal refusal);
}
