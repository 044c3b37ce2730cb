package io.weir.proxyengine;

import io.weir.eventbus.CloseReason;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The exchanges in an {@link InterceptedTunnel}: opens their sessions, gives each to an origin or answers it, and knows which go on. Event loop of the tunnel. */
final class TunnelExchanges {
    private final InterceptedTunnel tunnel;
    private final TunnelEnds ends;
    private final EngineLoop loop;
    private final TlsTarget target;
    private final TunnelRequests requests;
    private final FieldMemory responseFields = new FieldMemory();
    private final Set<InterceptedExchange> goingOn = Collections.newSetFromMap(new IdentityHashMap<>());
    private @Nullable Refusal refusal;
    private int opened;

    TunnelExchanges(InterceptedTunnel tunnel, TunnelEnds ends, TlsTarget target) {
        this.tunnel = tunnel;
        this.ends = ends;
        loop = ends.loop();
        this.target = target;
        requests = new TunnelRequests(ends, target.isTls());
    }

    /** Answers every request so: there is no origin that could. */
    void refuseAll(Refusal why) {
        refusal = why;
    }

    boolean areRefused() {
        return refusal != null;
    }

    /** Whom the client asks for what. */
    TunnelRequests requests() {
        return requests;
    }

    /** Knows the fields of the response before. */
    FieldMemory responseFields() {
        return responseFields;
    }

    /** Whether there was one ever. */
    boolean hasOpened() {
        return opened > 0;
    }

    /** Whether none goes on. */
    boolean isEmpty() {
        return goingOn.isEmpty();
    }

    /** Opens the session of a request. */
    InterceptedExchange open(RequestHead head, ClientSide side) {
        return opened(requests.open(tunnel, head, side));
    }

    /** Opens the session of a head that did not come whole. */
    InterceptedExchange openBroken(ClientSide side) {
        return opened(requests.openBroken(tunnel, side));
    }

    /** Opens the session of what is not HTTP; {@link #carryRaw} passes it on. */
    InterceptedExchange openRaw(ClientSide side) {
        return opened(requests.openRaw(tunnel, side));
    }

    private InterceptedExchange opened(InterceptedExchange exchange) {
        if (opened++ == 0 && target.isTls()) {
            ends.interception().accepted(target.name(), ends.authority(), ends.clientAddress());
        }
        goingOn.add(exchange);
        loop.sessions().register(exchange.meter(), exchange);
        return exchange;
    }

    /** Gives the exchange to an origin, or answers it if there is none. */
    void carry(InterceptedExchange exchange, RequestHead head, boolean last) {
        Refusal denied = exchange.ruling() == null ? null : exchange.ruling().refusal();
        if (refusal != null) {
            exchange.refuse(refusal);
        } else if (denied != null) {
            deny(exchange, denied);
        } else {
            if (exchange.ruling() != null) {
                exchange.ruling().allowed(exchange.meter());
            }
            tunnel.links().carry(exchange, head, last);
        }
    }

    void carryRaw(InterceptedExchange exchange) {
        tunnel.links().carryRaw(exchange, requests.raw());
    }

    /** Answers so, and records that it was denied. */
    void deny(InterceptedExchange exchange, Refusal denied) {
        loop.ledger()
                .recordRefusal(
                        exchange.meter(), ends.remote(), exchange.recorder().host(), denied);
        exchange.refuse(denied);
    }

    /** One was refused because something is short. */
    void recordShortage() {
        loop.admission()
                .recordShortage(ends.meter(), ends.remote(), ends.authority().toString());
    }

    /** It goes on no more, and all of it is counted. */
    void over(InterceptedExchange exchange) {
        goingOn.remove(exchange);
        loop.sessions().unregister(exchange.meter());
        tunnel.maybeFinish();
    }

    /** None of them has a client any more. */
    void clientGone(CloseReason why, String error) {
        for (InterceptedExchange exchange : List.copyOf(goingOn)) {
            exchange.clientGone(why, error);
        }
    }

    /** Ends them from outside. */
    void abort(CloseReason why) {
        for (InterceptedExchange exchange : List.copyOf(goingOn)) {
            exchange.abort(why);
        }
    }
}
