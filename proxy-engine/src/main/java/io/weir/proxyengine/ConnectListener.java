package io.weir.proxyengine;

import io.netty.channel.Channel;

/** Learns how an attempt to reach an origin ended: one of the two, once, on the event loop. */
interface ConnectListener {
    /** The channel is the listener's from now on; it reads nothing until told to. */
    void connected(Channel origin);

    void failed(Refusal refusal);
}
