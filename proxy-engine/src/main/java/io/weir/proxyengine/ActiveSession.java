package io.weir.proxyengine;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;

/** A session that can be ended from outside. Event loop only. */
interface ActiveSession {
    /** What counts it. */
    SessionMeter meter();

    void abort(CloseReason reason);
}
