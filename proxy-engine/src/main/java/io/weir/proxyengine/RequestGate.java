package io.weir.proxyengine;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.weir.proxyengine.access.Credentials;
import io.weir.proxyengine.access.Known;
import io.weir.proxyengine.access.Mark;
import io.weir.proxyengine.access.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets the requests of one client connection pass whose {@code Proxy-Authorization} (RFC 9110 §11.7, RFC 7617) names a user: at once if that is known, else when
 * it was found out. One request at a time; event loop of the connection.
 */
final class RequestGate {
    /** Who goes on with a request. */
    interface Listener {
        /** The user is who it says it is. */
        void admitted(HttpRequest request, Caller user);

        /** It is not, or nobody could look. */
        void turnedAway(HttpRequest request, Refusal refusal);
    }

    private final LoopAccess access;
    private final Caller nobody;
    private final Listener listener;
    private @Nullable Known known; // on this connection, last
    private @Nullable Mark mark; // of what the client sent for that
    private Caller user;
    private boolean checking;

    RequestGate(LoopAccess access, Caller nobody, Listener listener) {
        this.access = access;
        this.nobody = nobody;
        this.listener = listener;
        user = nobody;
    }

    /** Whether a request waits for an answer. */
    boolean isChecking() {
        return checking;
    }

    /** Calls the listener once, now or later. */
    void admit(HttpRequest request) {
        List<String> values = request.headers().getAll(HttpHeaderNames.PROXY_AUTHORIZATION);
        if (values.size() != 1) {
            listener.turnedAway(request, values.isEmpty() ? access.unnamed() : access.several());
            return;
        }
        String value = values.get(0);
        if (isKnown(value)) {
            listener.admitted(request, user);
            return;
        }
        Credentials credentials = Credentials.ofBasic(value);
        if (credentials == null) {
            listener.turnedAway(request, access.wrong());
            return;
        }
        Known at = access.known(nobody, credentials, known);
        if (at != null) {
            admit(request, value, at);
            return;
        }
        checking = true;
        access.check(nobody, credentials, verdict -> checked(request, value, verdict));
    }

    /** Whether it says the same as the last that was right, and that is right still. */
    private boolean isKnown(String value) {
        Known last = known;
        Mark before = mark;
        return last != null && before != null && access.isStill(last, before, value);
    }

    private void checked(HttpRequest request, String value, Verdict verdict) {
        checking = false;
        Known found = verdict.known();
        if (found != null) {
            admit(request, value, found);
        } else {
            listener.turnedAway(request, access.refusal(verdict));
        }
    }

    private void admit(HttpRequest request, String value, Known found) {
        known = found;
        mark = access.mark(value);
        user = user.as(found.user());
        listener.admitted(request, user);
    }
}
