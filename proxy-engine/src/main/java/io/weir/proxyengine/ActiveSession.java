package io.weir.proxyengine;

import io.weir.eventbus.CloseReason;

/** A session that can be ended from outside. Event loop only. */
interface ActiveSession {
    void abort(CloseReason reason);
}
