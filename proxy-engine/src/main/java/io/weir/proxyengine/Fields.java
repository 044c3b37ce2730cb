package io.weir.proxyengine;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a proxy does with fields (RFC 9110 §7.6.1): which of them end here, and what {@code Connection} says. */
final class Fields {
    static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");
    static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");

    /** Never dropped because {@code Connection} names them: without them the message's bounds or target would change. */
    private static final Set<String> FRAMING =
            Set.of("content-length", "transfer-encoding", "host", "trailer", "content-type", "content-encoding");

    /** May not come after the body (RFC 9110 §6.5.1): framing, routing, authentication, and how to read the content. */
    private static final Set<String> NOT_IN_TRAILERS = Set.of(
            "authorization",
            "cache-control",
            "connection",
            "content-encoding",
            "content-length",
            "content-range",
            "content-type",
            "expect",
            "host",
            "keep-alive",
            "max-forwards",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "set-cookie",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "www-authenticate");

    private Fields() {}

    /** Removes what ends at this hop, whatever named it. Framing fields stay, to be written anew by whoever frames the message. */
    static void removeHopByHop(HttpHeaders headers) {
        if (headers.contains(HttpHeaderNames.CONNECTION)) {
            for (String value : headers.getAll(HttpHeaderNames.CONNECTION)) {
                for (String name : value.split(",", -1)) {
                    String nominated = name.trim().toLowerCase(Locale.ROOT);
                    if (!nominated.isEmpty() && !FRAMING.contains(nominated)) {
                        headers.remove(nominated);
                    }
                }
            }
            headers.remove(HttpHeaderNames.CONNECTION);
        }
        headers.remove(PROXY_CONNECTION);
        headers.remove(KEEP_ALIVE);
        headers.remove(HttpHeaderNames.PROXY_AUTHORIZATION);
        headers.remove(HttpHeaderNames.PROXY_AUTHENTICATE);
        headers.remove(HttpHeaderNames.TE);
        headers.remove(HttpHeaderNames.UPGRADE);
        headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
    }

    /** Whether {@code Connection}, or an old client's {@code Proxy-Connection}, has this option. */
    static boolean connectionHas(HttpHeaders headers, CharSequence option) {
        return headers.containsValue(HttpHeaderNames.CONNECTION, option, true)
                || headers.containsValue(PROXY_CONNECTION, option, true);
    }

    static boolean wantsWebSocket(HttpHeaders headers) {
        List<String> upgrades = headers.getAll(HttpHeaderNames.UPGRADE);
        return upgrades.size() == 1
                && HttpHeaderValues.WEBSOCKET.contentEqualsIgnoreCase(
                        upgrades.get(0).trim())
                && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true);
    }

    /** Whether the connection is to speak another protocol after a 101 (RFC 9110 §7.8). */
    static boolean asksForUpgrade(HttpHeaders headers) {
        return headers.contains(HttpHeaderNames.UPGRADE) && connectionHas(headers, HttpHeaderValues.UPGRADE);
    }

    static boolean mayTrail(String name) {
        return !NOT_IN_TRAILERS.contains(name.toLowerCase(Locale.ROOT));
    }
}
