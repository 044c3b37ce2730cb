package io.weir.proxyengine;

import io.weir.proxyengine.tls.ProxyTls;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where clients come in and who may, as one event loop sees it. That loop only. */
final class LoopEntrance {
    private final EngineLoop loop;
    private final Certificates certificates;
    private Set<ListenerConfig> open;
    private @Nullable Users users;
    private @Nullable LoopAccess access;

    LoopEntrance(EngineLoop loop, Certificates certificates, InForce inForce) {
        this.loop = loop;
        this.certificates = certificates;
        open = identities(inForce.open());
        users = inForce.users();
        access = users == null ? null : users.at(loop);
    }

    /** By identity: asked after each answer, and a listener that was closed and opened again is another one. */
    private static Set<ListenerConfig> identities(List<ListenerConfig> listeners) {
        Set<ListenerConfig> set = Collections.newSetFromMap(new IdentityHashMap<>());
        set.addAll(listeners);
        return set;
    }

    /** Goes by these from now on, for whatever is asked next. */
    void reconfigure(InForce now) {
        open = identities(now.open());
        Users nowUsers = now.users();
        if (nowUsers == null) {
            access = null;
        } else if (!nowUsers.equals(users)) {
            access = nowUsers.at(loop);
        }
        users = nowUsers;
    }

    /** Who may use the proxy; null if everybody may. */
    @Nullable LoopAccess access() {
        return access;
    }

    /** Whether the listener through which a client came is as it was then. */
    boolean isOpen(Caller caller) {
        return open.contains(caller.listener());
    }

    /**
     * Why a client gets nothing more that came through a listener that is no more: the listener could not be in the configuration that is in force, so what holds
     * for those of now was not made for its clients; or its certificate, by which the client is a user, is not asked for any more. Null if it may ask once more.
     *
     * @param caller as it was known before anybody asked for a password
     */
    @Nullable Refusal turnedAway(Caller caller) {
        return isOpen(caller) || (loop.config().mayHave(caller.listener()) && isStillKnown(caller))
                ? null
                : Refusal.overloaded("the listener of this connection is no more");
    }

    private boolean isStillKnown(Caller caller) {
        return caller.user().isEmpty()
                || open.stream()
                        .anyMatch(listener ->
                                Objects.equals(listener.tls(), caller.listener().tls()));
    }

    /** With what a listener speaks TLS; null if it is no more. */
    @Nullable ProxyTls tls(ListenerConfig listener) {
        return certificates.of(listener);
    }
}
