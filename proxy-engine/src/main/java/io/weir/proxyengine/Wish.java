package io.weir.proxyengine;

import io.weir.eventbus.SessionMeter;
import org.jspecify.annotations.Nullable;

/**
 * What a session wants to be connected with. Immutable.
 *
 * @param ruling what the rules say of it; null if there are none
 * @param meter the session: its origin leg counts what it takes to get there
 * @param asTunnel whether the connection must lead to the origin; if not, one that takes plain requests for any origin will do
 * @param via which nodes the request for a tunnel has passed, as its Via field says; empty if it does not
 */
record Wish(Authority authority, @Nullable Ruling ruling, SessionMeter meter, boolean asTunnel, String via) {
    /** Asked for by nobody who said which way the request has come. */
    Wish(Authority authority, @Nullable Ruling ruling, SessionMeter meter, boolean asTunnel) {
        this(authority, ruling, meter, asTunnel, "");
    }
}
