package io.weir.proxyengine;

import io.weir.eventbus.SessionMeter;

/** Who has asked for a tunnel on a channel, and holds what the client sends until it stands. Event loop of the channel. */
interface TunnelAsker {
    /** Whose connection it is. */
    Caller caller();

    /** How the client is answered. */
    TunnelReply reply();

    /** Which nodes the request has passed, as its Via field says; empty if it has none. */
    default String via() {
        return "";
    }

    /** Leaves the pipeline: what is held passes on to whoever has put itself behind. */
    void makeWay();

    /** The connection ends, and what is held counts for the tunnel. */
    void settle();

    /** Answers that there is no tunnel, and ends session and connection. */
    void refuse(SessionMeter meter, Refusal refusal);
}
