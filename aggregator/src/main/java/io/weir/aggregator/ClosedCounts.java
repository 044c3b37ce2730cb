package io.weir.aggregator;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionProtocol;

/** How many sessions were ever closed, by protocol and reason. Immutable. */
public interface ClosedCounts {
    /** Sessions of that protocol that ended for that reason. */
    long count(SessionProtocol protocol, CloseReason reason);
}
