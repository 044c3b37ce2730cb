package io.weir.proxyengine;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import io.weir.proxyengine.rules.Scheme;
import org.jspecify.annotations.Nullable;

/** Opens the sessions of what a client asks for inside an {@link InterceptedTunnel}: whom it is for, and what the ledger says of it. Event loop of the tunnel. */
final class TunnelRequests {
    /** Stands for the method where there is none. */
    private static final String RAW = "RAW";

    private final TunnelEnds ends;
    private final String scheme;
    private final int port;
    private final boolean isTls;
    private final SessionProtocol protocol;
    private final FieldMemory requestFields = new FieldMemory();
    private String knownHost = "";

    TunnelRequests(TunnelEnds ends, boolean isTls) {
        this.ends = ends;
        this.isTls = isTls;
        scheme = isTls ? "https" : "http";
        port = isTls ? 443 : 80;
        protocol = isTls ? SessionProtocol.HTTPS_MITM : SessionProtocol.HTTP_MITM;
    }

    /** The Host field of the request before, which was found well-formed. */
    String knownHost() {
        return knownHost;
    }

    RequestHead head(HttpRequest request) {
        String host = request.headers().get(HttpHeaderNames.HOST);
        return new RequestHead(
                request.method().name(),
                scheme,
                host == null ? ends.authority().hostField(port) : host,
                request.uri(),
                request.headers(),
                request.protocolVersion(),
                "");
    }

    /** Stands for the head of bytes that are no request. */
    RequestHead raw() {
        return nothing(RAW);
    }

    private RequestHead nothing(String method) {
        return new RequestHead(method, scheme, "", "", new DefaultHttpHeaders(), HttpVersion.HTTP_1_1, "");
    }

    /** Opens the session of a request. */
    InterceptedExchange open(InterceptedTunnel tunnel, RequestHead head, ClientSide side) {
        Authority named = head.authority().isEmpty() ? ends.authority() : Authority.parse(head.authority(), port);
        Authority host = named == null ? ends.authority() : named;
        if (named != null) {
            knownHost = head.authority();
        }
        Ruling ruling = Ruling.inside(
                ends.loop(), ends.ruling(), isTls ? Scheme.HTTPS : Scheme.HTTP, head.method(), host, ends.caller());
        return open(tunnel, head, side, host, scheme + "://" + host.hostField(port), ruling);
    }

    /** Opens the session of what is not HTTP. */
    InterceptedExchange openRaw(InterceptedTunnel tunnel, ClientSide side) {
        return openOther(tunnel, side, RAW);
    }

    /** Opens the session of a head that did not come whole. */
    InterceptedExchange openBroken(InterceptedTunnel tunnel, ClientSide side) {
        return openOther(tunnel, side, "");
    }

    private InterceptedExchange openOther(InterceptedTunnel tunnel, ClientSide side, String method) {
        return open(tunnel, nothing(method), side, ends.authority(), scheme + "://" + ends.authority(), ends.ruling());
    }

    private InterceptedExchange open(
            InterceptedTunnel tunnel,
            RequestHead head,
            ClientSide side,
            Authority host,
            String site,
            @Nullable Ruling ruling) {
        Interception interception = ends.interception();
        String path = head.path().startsWith("/") ? head.path() : "";
        String url = interception.ledgerUrl(site + HttpTarget.ledgerPath(path));
        SessionMeter child =
                ends.loop().openChild(ends.meter(), protocol, head.method(), host.toString(), url, ends.caller());
        ReadMeter reads = ends.client().pipeline().get(ReadMeter.class);
        var recorder = new ExchangeRecorder(
                interception,
                ends.loop(),
                child,
                ends.meter(),
                protocol,
                ends.remote(),
                host,
                reads == null ? 0 : reads.latestBytes(),
                interception.bodies(host, ruling));
        recorder.request(head.method(), site + path, RequestHead.name(head.version()), head.fields(), requestFields);
        return new InterceptedExchange(tunnel, child, recorder, side, ruling);
    }
}
