package io.weir.aggregator;

import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointConfig;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.NodeStopped;
import io.weir.eventbus.LedgerEvent.SessionIdsReserved;

/** What the fold knows of the node that writes: its boots, the session ids that it may use and has used, its configuration. One thread. */
final class NodeFold {
    /** No change of the configuration was recorded. */
    private static final CheckpointConfig NO_CONFIG = new CheckpointConfig(0, "");

    private final FoldPosition position;
    private final UsedIds usedIds = new UsedIds();
    private String nodeId = "";
    private long boot;
    private long bootFirstSessionId = 1;
    private long idsReservedBelow = 1;
    private CheckpointConfig config = NO_CONFIG;

    NodeFold(FoldPosition position) {
        this.position = position;
    }

    void started(NodeStarted node) {
        if (node.firstSessionId() < idsReservedBelow || node.firstSessionId() <= usedIds.highest()) {
            position.violated(node.firstSessionId(), "session ids of an earlier boot reserved again");
        }
        nodeId = node.nodeId();
        boot = node.boot();
        bootFirstSessionId = node.firstSessionId();
        idsReservedBelow = Math.max(idsReservedBelow, node.idsReservedBelow());
    }

    void stopped(NodeStopped node, int sessionsOpen) {
        if (sessionsOpen > 0) {
            position.violated(0, "node stopped with sessions open");
        }
        idsReservedBelow = node.nextSessionId();
    }

    void reserved(SessionIdsReserved reserved) {
        idsReservedBelow = Math.max(idsReservedBelow, reserved.below());
    }

    void changed(ConfigChanged changed) {
        config = new CheckpointConfig(changed.version(), changed.digest());
    }

    /** A session has this id. Answers false if no session of this boot may have it, or one had it already. */
    boolean use(long sessionId) {
        return usedIds.use(sessionId) && sessionId >= bootFirstSessionId;
    }

    /** Takes over what a checkpoint states. */
    void adopt(CheckpointBegun begun) {
        boot = begun.boot();
        idsReservedBelow = begun.idsReservedBelow();
        config = NO_CONFIG;
    }

    void adopt(CheckpointConfig stated) {
        config = stated;
    }

    boolean agreesWith(CheckpointBegun stated) {
        return stated.boot() == boot && stated.idsReservedBelow() == idsReservedBelow;
    }

    void compare(CheckpointConfig stated) {
        if (!stated.equals(config)) {
            position.violated(0, "configuration of a checkpoint differs from the events before it");
        }
    }

    String nodeId() {
        return nodeId;
    }

    long boot() {
        return boot;
    }

    CheckpointConfig config() {
        return config;
    }

    long bootFirstSessionId() {
        return bootFirstSessionId;
    }

    long idsReservedBelow() {
        return idsReservedBelow;
    }

    /** The lowest id of which it is certain that no session ever had it. */
    long firstFreeSessionId() {
        return Math.max(idsReservedBelow, usedIds.highest() + 1);
    }
}
