package io.weir.proxyengine;

import io.weir.eventbus.SessionMeter;
import org.jspecify.annotations.Nullable;

/**
 * What a session wants to be connected with. Immutable.
 *
 * @param ruling what the rules say of it; null if there are none
 * @param meter the session: its origin leg counts what it takes to get there
 * @param asTunnel whether the connection must lead to the origin; if not, one that takes plain requests for any origin will do
 */
record Wish(Authority authority, @Nullable Ruling ruling, SessionMeter meter, boolean asTunnel) {}
