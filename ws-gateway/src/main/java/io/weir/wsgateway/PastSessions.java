package io.weir.wsgateway;

import java.util.Collection;

/** Sessions of a replay, which nobody can close any more. Any thread. */
final class PastSessions implements SessionControl {
    @Override
    public String refusal() {
        return "this is a replay: its sessions are history, and can't be closed";
    }

    @Override
    public void close(long sessionId, String by, String why) {
        throw new IllegalStateException(refusal());
    }

    @Override
    public void closeAll(String by, String why) {
        throw new IllegalStateException(refusal());
    }

    @Override
    public void closeAll(Collection<Long> sessionIds, String filterText, String by, String why) {
        throw new IllegalStateException(refusal());
    }
}
