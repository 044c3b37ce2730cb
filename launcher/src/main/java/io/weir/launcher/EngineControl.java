package io.weir.launcher;

import io.weir.wsgateway.SessionControl;
import java.util.Collection;

/** Passes the gateway's commands to the engine, once there is one. Any thread. */
final class EngineControl implements SessionControl {
    private final NodeState state;

    EngineControl(NodeState state) {
        this.state = state;
    }

    @Override
    public void close(long sessionId, String by, String why) {
        state.ifStarted(engine -> engine.closeSession(sessionId, by, why));
    }

    @Override
    public void closeAll(String by, String why) {
        state.ifStarted(engine -> engine.closeAllSessions(by, why));
    }

    @Override
    public void closeAll(Collection<Long> sessionIds, String filterText, String by, String why) {
        state.ifStarted(engine -> engine.closeSessions(sessionIds, "closeSessions " + filterText, by, why));
    }
}
