package io.weir.proxyengine;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Heads between HTTP/2 and the form that both versions share (RFC 9113 §8.3, RFC 9110 §7.6.1). What belongs to one connection of HTTP/1.1 does
 * not pass to HTTP/2 and the other way round; nothing else changes. Stateless.
 */
final class Http2Fields {
    private static final List<CharSequence> OF_CONNECTIONS = List.of(
            HttpHeaderNames.CONNECTION,
            Fields.KEEP_ALIVE,
            Fields.PROXY_CONNECTION,
            HttpHeaderNames.TRANSFER_ENCODING,
            HttpHeaderNames.UPGRADE);

    private static final HttpHeadersFactory UNVALIDATED =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false);

    private Http2Fields() {}

    /** A request as it came; null if it is malformed. The decoder has checked which pseudo-fields there are. */
    static @Nullable RequestHead request(Http2Headers headers) {
        String method = text(headers.method());
        String authority = text(headers.authority());
        String path = text(headers.path());
        String protocol = text(headers.get(Http2Headers.PseudoHeaderName.PROTOCOL.value()));
        HttpHeaders fields = fields(headers);
        if (fields == null) {
            return null;
        }
        boolean plainConnect = method.equals("CONNECT") && protocol.isEmpty();
        List<String> hosts = fields.getAll(HttpHeaderNames.HOST);
        String host = hosts.isEmpty() ? null : hosts.get(0);
        boolean isSound = MessageRules.isToken(method)
                && hosts.size() < 2
                && (plainConnect || (isPath(path, method) && headers.scheme() != null))
                && Authority.parse(authority.isEmpty() && host != null ? host : authority, 443) != null
                && (host == null || authority.isEmpty() || host.equalsIgnoreCase(authority));
        if (!isSound) {
            return null;
        }
        return new RequestHead(
                method,
                text(headers.scheme()),
                authority.isEmpty() && host != null ? host : authority,
                plainConnect ? authority : path,
                fields,
                RequestHead.HTTP_2,
                protocol);
    }

    /** A response as it came, interim or final; null if it is malformed. */
    static @Nullable ResponseHead response(Http2Headers headers) {
        String status = text(headers.status());
        HttpHeaders fields = fields(headers);
        if (fields == null || status.length() != 3 || !status.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        int code = Integer.parseInt(status);
        boolean isSound = code >= 100 && code <= 599 && code != 101;
        return isSound ? new ResponseHead(HttpResponseStatus.valueOf(code), fields, RequestHead.HTTP_2) : null;
    }

    /** Fields without pseudo-fields; null if a value could end a line of HTTP/1.1. The decoder has made one length of several. */
    static @Nullable HttpHeaders fields(Http2Headers headers) {
        HttpHeaders fields = UNVALIDATED.newHeaders(); // the decoder has looked at the names
        for (Map.Entry<CharSequence, CharSequence> field : headers) {
            CharSequence name = field.getKey();
            if (name.length() > 0 && name.charAt(0) == ':') {
                continue;
            }
            if (!isText(field.getValue())) {
                return null;
            }
            fields.add(name, field.getValue());
        }
        return fields;
    }

    static Http2Headers toHttp2(RequestHead head) {
        Http2Headers headers = new DefaultHttp2Headers(false).method(head.method());
        boolean plainConnect =
                head.method().equals("CONNECT") && head.protocol().isEmpty();
        String authority = head.isHttp2() ? head.authority() : head.targetAuthority();
        if (!authority.isEmpty()) {
            headers.authority(authority);
        }
        if (!plainConnect) {
            headers.scheme(head.scheme()).path(head.path());
        }
        if (!head.protocol().isEmpty()) {
            headers.set(Http2Headers.PseudoHeaderName.PROTOCOL.value(), head.protocol());
        }
        copy(head.fields(), headers, head.isHttp2());
        return headers;
    }

    static Http2Headers toHttp2(ResponseHead head) {
        Http2Headers headers =
                new DefaultHttp2Headers(false).status(head.status().codeAsText());
        copy(head.fields(), headers, head.isHttp2());
        return headers;
    }

    static Http2Headers trailers(HttpHeaders fields) {
        Http2Headers headers = new DefaultHttp2Headers(false);
        copy(fields, headers, false);
        return headers;
    }

    private static void copy(HttpHeaders fields, Http2Headers headers, boolean asIs) {
        HttpHeaders passed = fields;
        if (!asIs) {
            passed = fields.copy();
            boolean trailers = passed.containsValue(HttpHeaderNames.TE, "trailers", true);
            Fields.removeHopByHop(passed);
            passed.remove(HttpHeaderNames.HOST);
            if (trailers) {
                passed.set(HttpHeaderNames.TE, "trailers");
            }
        }
        Iterator<Map.Entry<CharSequence, CharSequence>> all = passed.iteratorCharSequence();
        while (all.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = all.next();
            headers.add(asIs ? field.getKey() : field.getKey().toString().toLowerCase(Locale.ROOT), field.getValue());
        }
    }

    /** The fields of a request of HTTP/2 for an origin of HTTP/1.1. */
    static HttpHeaders toHttp1(RequestHead head, boolean last) {
        HttpHeaders fields = head.fields();
        OF_CONNECTIONS.forEach(fields::remove);
        fields.set(HttpHeaderNames.HOST, head.authority());
        List<String> cookies = fields.getAll(HttpHeaderNames.COOKIE);
        if (cookies.size() > 1) { // RFC 9113 §8.2.3
            fields.set(HttpHeaderNames.COOKIE, String.join("; ", cookies));
        }
        boolean hasLength = fields.contains(HttpHeaderNames.CONTENT_LENGTH);
        if (!last && !hasLength) {
            fields.set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        } else if (last && !hasLength && mayHaveBody(head.method())) {
            fields.set(HttpHeaderNames.CONTENT_LENGTH, "0");
        }
        return fields;
    }

    private static boolean mayHaveBody(String method) {
        return method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
    }

    /** RFC 9113 §8.3.1: never a whole URI, of which an origin of HTTP/1.1 would take the host. */
    private static boolean isPath(String path, String method) {
        boolean begins = path.startsWith("/") || (path.equals("*") && method.equals("OPTIONS"));
        return begins && path.indexOf('#') < 0 && HttpTarget.isVisible(path);
    }

    private static String text(@Nullable CharSequence text) {
        return text == null ? "" : text.toString();
    }

    /** RFC 9113 §8.2.1. */
    private static boolean isText(CharSequence value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                return false;
            }
        }
        return true;
    }
}
