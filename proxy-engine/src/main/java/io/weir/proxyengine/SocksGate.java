package io.weir.proxyengine;

import io.weir.proxyengine.access.Credentials;
import io.weir.proxyengine.access.Known;
import io.weir.proxyengine.access.Verdict;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds out whether a client that speaks SOCKS is who it says it is (RFC 1929). One a connection; event loop of it. */
final class SocksGate {
    private final EngineLoop loop;
    private final @Nullable LoopAccess access;
    private final SocksHandshake handshake;
    private final Caller nobody;
    private Caller caller;

    SocksGate(EngineLoop loop, SocksHandshake handshake, Caller caller) {
        this.loop = loop;
        access = loop.access();
        nobody = caller;
        this.handshake = handshake;
        this.caller = caller;
    }

    /** Whose connection it is, and who that has shown to be. */
    Caller caller() {
        return caller;
    }

    /** Whether the handshake was for nothing, since users or listeners are others now, and not for such as this client; tells it so. */
    boolean isVoid() {
        Refusal away = loop.entrance().turnedAway(nobody);
        LoopAccess now = loop.access();
        if (away == null && now != null && !now.equals(access) && now.asks(nobody)) {
            away = now.outdated();
        }
        if (away != null) {
            handshake.refused(away);
        }
        return away != null;
    }

    /**
     * Tells the handshake who it is, if that is known.
     *
     * @return whether it is; else {@link #check} finds out
     */
    boolean isKnown() {
        Known known = access().known(caller, handshake.credentials(), null);
        if (known == null) {
            return false;
        }
        grant(known);
        return true;
    }

    /**
     * Finds out.
     *
     * @param listener hears later whether the user is right, when the handshake was told
     */
    void check(Consumer<Boolean> listener) {
        Credentials credentials = handshake.credentials();
        access().check(caller, credentials, verdict -> listener.accept(tell(verdict)));
    }

    private boolean tell(Verdict verdict) {
        Known known = verdict.known();
        if (known == null) {
            handshake.denied(access().refusal(verdict));
            return false;
        }
        grant(known);
        return true;
    }

    private void grant(Known known) {
        caller = caller.as(known.user());
        handshake.granted();
    }

    private LoopAccess access() {
        if (access == null) {
            throw new IllegalStateException("nobody is asked here");
        }
        return access;
    }
}
