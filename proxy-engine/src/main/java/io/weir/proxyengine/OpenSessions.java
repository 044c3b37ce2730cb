package io.weir.proxyengine;

import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions that are open on one event loop, by their ids, so that they can be ended from outside. That loop only. */
final class OpenSessions {
    private static final Logger log = LoggerFactory.getLogger(OpenSessions.class);

    private final LongObjectMap<ActiveSession> sessions = new LongObjectHashMap<>();

    /** It carries the session from now on, and is in the place of what did before. */
    void register(SessionMeter meter, ActiveSession session) {
        sessions.put(meter.id(), session);
    }

    void unregister(SessionMeter meter) {
        sessions.remove(meter.id());
    }

    /** What carries a session now, for tests of what does. */
    @Nullable ActiveSession find(long id) {
        return sessions.get(id);
    }

    int count() {
        return sessions.size();
    }

    /** Visits the intercepted tunnels; a visit may end what it visits. */
    void forEachIntercepted(Consumer<InterceptedTunnel> visitor) {
        for (ActiveSession session : List.copyOf(sessions.values())) {
            if (session instanceof InterceptedTunnel tunnel) {
                visitor.accept(tunnel);
            }
        }
    }

    /** Ends one session, if it is this loop's. */
    boolean abort(long sessionId, CloseReason reason) {
        ActiveSession session = sessions.get(sessionId);
        if (session == null) {
            return false;
        }
        session.abort(reason);
        return true;
    }

    /** Ends those of these sessions that are this loop's. */
    void abortEach(List<Long> sessionIds, CloseReason reason) {
        for (long id : sessionIds) {
            ActiveSession session = sessions.get(id); // one that has ended with its tunnel is not there any more
            if (session != null) {
                abortInOrder(session, reason);
            }
        }
    }

    void abortAll(CloseReason reason) {
        for (ActiveSession session : List.copyOf(sessions.values())) {
            abortInOrder(session, reason);
        }
    }

    /** Ends what these users have open. What has its last answer already stays: it carries nothing more, and the answer may say why. */
    void abortUsers(Set<String> users, CloseReason reason) {
        for (ActiveSession session : List.copyOf(sessions.values())) {
            if (users.contains(session.meter().user()) && !(session instanceof LingeringClose)) {
                abortInOrder(session, reason);
            }
        }
    }

    private static void abortInOrder(ActiveSession session, CloseReason reason) {
        try {
            session.abort(reason);
        } catch (RuntimeException e) { // the others must end in order all the same
            log.error("a session was not ended in order reason={}", reason, e);
        }
    }
}
