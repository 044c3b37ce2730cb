package io.weir.proxyengine;

import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses messages whose bounds or target two parsers could understand differently (RFC 9112 §6.3, §11.2). Beyond what the decoder
 * refuses by itself. Stateless.
 */
final class MessageRules {
    private MessageRules() {}

    /**
     * Why the request is refused; null if it is not.
     *
     * @param knownHost the authority of the request before it, which was found well-formed; empty if there was none
     */
    static @Nullable Refusal refusal(HttpRequest request, String knownHost) {
        if (request.decoderResult().isFailure()) {
            return malformed(request.decoderResult().cause());
        }
        HttpVersion version = request.protocolVersion();
        if (!isHttp1(version)) {
            return Refusal.badRequest(
                    HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "this proxy speaks HTTP/1.1 and HTTP/1.0");
        }
        if (!isToken(request.method().name()) || request.method().name().length() > HttpLimits.METHOD_BYTES) {
            return Refusal.badRequest("the method is malformed");
        }
        HttpHeaders headers = request.headers();
        if (headers.size() > HttpLimits.FIELDS) {
            return Refusal.badRequest(
                    HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "more than " + HttpLimits.FIELDS + " header fields");
        }
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
        if (hosts.size() > 1 || (hosts.isEmpty() && version.equals(HttpVersion.HTTP_1_1))) {
            return Refusal.badRequest("a request has exactly one Host field");
        }
        if (!hosts.isEmpty() && !hosts.get(0).equals(knownHost) && !isHost(hosts.get(0))) {
            return Refusal.badRequest("the Host field is malformed");
        }
        String framing = framingFault(headers, version);
        if (framing != null) {
            return Refusal.badRequest(framing);
        }
        if (request.method().equals(HttpMethod.CONNECT) && hasBody(headers)) {
            return Refusal.badRequest("a CONNECT has no body");
        }
        if (request.method().equals(HttpMethod.TRACE) && hasBody(headers)) {
            return Refusal.badRequest("a TRACE has no body");
        }
        return null;
    }

    /**
     * Why the response is refused; null if it is not.
     *
     * @param maySwitch whether it may switch protocols
     */
    static @Nullable String fault(HttpResponse response, boolean maySwitch) {
        if (response.decoderResult().isFailure()) {
            return "the origin's response is malformed";
        }
        HttpVersion version = response.protocolVersion();
        if (!isHttp1(version)) {
            return "the origin answered with an unknown version of HTTP";
        }
        HttpResponseStatus status = response.status();
        if (status.code() < 100 || status.code() > 599) {
            return "the origin's status code is out of range";
        }
        if (!isText(status.reasonPhrase())) {
            return "the origin's reason phrase has control characters";
        }
        if (response.headers().size() > HttpLimits.FIELDS) {
            return "the origin's response has more than " + HttpLimits.FIELDS + " header fields";
        }
        if (status.code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code() && !maySwitch) {
            return "the origin switched protocols without being asked";
        }
        if (status.codeClass() == HttpStatusClass.INFORMATIONAL && hasBody(response.headers())) {
            return "the origin's interim response has a body";
        }
        return framingFault(response.headers(), version);
    }

    static boolean isChunked(HttpHeaders headers) {
        return headers.contains(HttpHeaderNames.TRANSFER_ENCODING);
    }

    /** The declared length; -1 if none is. Only for messages that were found faultless. */
    static long contentLength(HttpHeaders headers) {
        String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        return length == null ? -1 : Long.parseLong(length);
    }

    static boolean hasBody(HttpHeaders headers) {
        return isChunked(headers) || contentLength(headers) > 0;
    }

    private static Refusal malformed(@Nullable Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return Refusal.badRequest(
                    HttpResponseStatus.REQUEST_URI_TOO_LONG,
                    "the request line is longer than " + HttpLimits.START_LINE_BYTES + " bytes");
        }
        if (cause instanceof TooLongHttpHeaderException || cause instanceof TooLongFrameException) {
            return Refusal.badRequest(
                    HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "the header is larger than " + HttpLimits.HEAD_BYTES + " bytes");
        }
        return Refusal.badRequest("the request is malformed");
    }

    private static boolean isHttp1(HttpVersion version) {
        return version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0);
    }

    private static @Nullable String framingFault(HttpHeaders headers, HttpVersion version) {
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        List<String> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
        if (!codings.isEmpty()) {
            if (!lengths.isEmpty()) {
                return "Content-Length and Transfer-Encoding contradict each other";
            }
            if (!version.equals(HttpVersion.HTTP_1_1)) {
                return "HTTP/1.0 has no Transfer-Encoding";
            }
            if (codings.size() > 1 || !codings.get(0).equalsIgnoreCase("chunked")) {
                return "the only Transfer-Encoding is chunked, once";
            }
        }
        if (lengths.size() > 1 || (lengths.size() == 1 && !isLength(lengths.get(0)))) {
            return "Content-Length is one decimal number";
        }
        return null;
    }

    private static boolean isLength(String text) {
        if (text.isEmpty() || text.length() > 18) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /** A Host field is ignored for a target in absolute form, but nobody sends an impossible one by mistake. */
    private static boolean isHost(String host) {
        return host.isEmpty()
                || Authority.parse(host.endsWith(":") ? host.substring(0, host.length() - 1) : host, 80) != null;
    }

    private static boolean isText(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }
}
