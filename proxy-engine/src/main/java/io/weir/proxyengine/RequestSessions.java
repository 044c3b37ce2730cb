package io.weir.proxyengine;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;

/** Opens the sessions of what clients ask for on channels, named as the ledger is to show them. Stateless. */
final class RequestSessions {
    private RequestSessions() {}

    /** Of a CONNECT. */
    static SessionMeter tunnel(EngineLoop loop, String host, Caller caller) {
        return loop.ledger().open(SessionProtocol.HTTPS_TUNNEL, "TUNNEL", host, TunnelReply.HTTP.url(host), caller);
    }

    /** Of any other request. */
    static SessionMeter exchange(EngineLoop loop, String method, HttpTarget target, Caller caller) {
        Interception interception = loop.interception();
        String url = interception == null ? target.ledgerUrl() : interception.ledgerUrl(target.ledgerUrl());
        return loop.ledger().open(SessionProtocol.HTTP, method, target.site().ledgerHost(), url, caller);
    }

    /**
     * Of what was said without saying for whom.
     *
     * @param method empty if that is not known either
     */
    static SessionMeter nameless(EngineLoop loop, String method, Caller caller) {
        return loop.ledger().open(SessionProtocol.HTTP, method, "", "", caller);
    }

    /** The host that the request is for; empty if it does not say, or not as it should. */
    static String host(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return "";
        }
        if (request.method().equals(HttpMethod.CONNECT)) {
            Authority authority = Authority.parse(request.uri(), 0);
            return authority == null ? "" : authority.toString();
        }
        HttpTarget target = HttpTarget.parse(request.uri(), false, Site.NONE);
        return target == null ? "" : target.site().ledgerHost();
    }
}
