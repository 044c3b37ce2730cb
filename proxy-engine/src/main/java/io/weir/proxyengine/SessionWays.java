package io.weir.proxyengine;

import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import io.weir.eventbus.SessionMeter;
import io.weir.proxyengine.upstream.UpstreamNode;
import org.jspecify.annotations.Nullable;

/** Through which upstream each session of one event loop goes, of those that go through one. That loop only. */
final class SessionWays {
    private final LongObjectMap<UpstreamNode> nodes = new LongObjectHashMap<>();

    /** A session goes through that upstream, or tries to. */
    void goesThrough(SessionMeter meter, UpstreamNode node) {
        UpstreamNode before = nodes.put(meter.id(), node);
        if (before == null) {
            meter.beforeClose(reason -> leave(meter.id()));
        } else {
            before.left();
        }
        node.entered();
        meter.routed(meter.route().rule(), node.name());
    }

    private void leave(long sessionId) {
        UpstreamNode node = nodes.remove(sessionId);
        if (node != null) {
            node.left();
        }
    }

    /** Through which upstream a session goes; null if through none. */
    @Nullable UpstreamNode of(SessionMeter meter) {
        return nodes.get(meter.id());
    }
}
