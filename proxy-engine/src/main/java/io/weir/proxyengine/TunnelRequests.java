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
        String target = head.targetAuthority();
        Authority named = parse(target);
        Authority host = named == null ? ends.authority() : named;
        if (named != null && target.equals(head.authority())) {
            knownHost = target;
        }
        return open(tunnel, head, side, host, scheme + "://" + host.hostField(port), ruling(head, host));
    }

    private @Nullable Authority parse(String said) {
        if (said.isEmpty()) {
            return ends.authority();
        }
        return Authority.parse(said.endsWith(":") ? said.substring(0, said.length() - 1) : said, port);
    }

    /**
     * What the rules say. An origin may go by the target, by the Host field or by where the connection goes to: none of these may be
     * one that is refused.
     */
    private @Nullable Ruling ruling(RequestHead head, Authority host) {
        Ruling ruling = ruling(head.method(), host);
        if (ruling == null || ruling.refusal() != null) {
            return ruling;
        }
        Authority field = parse(head.authority());
        if (field != null && !field.equals(host)) {
            Ruling other = ruling(head.method(), field);
            if (other != null && other.refusal() != null) {
                return other;
            }
        }
        if (!ends.authority().equals(host)) {
            Ruling other = ruling(head.method(), ends.authority());
            if (other != null && other.refusal() != null) {
                return other;
            }
        }
        return ruling;
    }

    private @Nullable Ruling ruling(String method, Authority host) {
        Scheme asked = isTls ? Scheme.HTTPS : Scheme.HTTP;
        return Ruling.inside(ends.loop(), ends.destination(), ends.authority(), asked, method, host, ends.caller());
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
        SessionMeter child = ends.loop()
                .ledger()
                .openChild(ends.meter(), protocol, head.method(), host.toString(), url, ends.caller());
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
