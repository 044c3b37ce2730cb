package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What this node answers itself: TRACE and OPTIONS whose hops are used up (RFC 9110 §7.6.2), and its own echo. Stateless. */
final class LocalAnswer {
    private static final Set<String> SECRETS =
            Set.of("authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key");

    private LocalAnswer() {}

    /** Whether Via says that the request has passed this node before. */
    static boolean isLoop(HttpRequest request, String nodeName) {
        List<String> vias = request.headers().getAll(HttpHeaderNames.VIA);
        for (String via : vias) {
            for (String hop : via.split(",", -1)) {
                String[] words = hop.trim().split("\\s+", 3);
                if (words.length > 1 && words[1].equals(nodeName)) {
                    return true;
                }
            }
        }
        return false;
    }

    static boolean isForProxy(HttpRequest request) {
        return countsHops(request.method()) && "0".equals(maxForwards(request));
    }

    /** One hop less for the next node. */
    static void countHop(HttpRequest request) {
        if (!countsHops(request.method())) {
            return;
        }
        String left = maxForwards(request);
        if (left.length() > 0 && left.length() < 10 && left.chars().allMatch(c -> c >= '0' && c <= '9')) {
            int hops = Integer.parseInt(left);
            request.headers().set(HttpHeaderNames.MAX_FORWARDS, Integer.toString(Math.max(0, hops - 1)));
        }
    }

    private static boolean countsHops(HttpMethod method) {
        return method.equals(HttpMethod.TRACE) || method.equals(HttpMethod.OPTIONS);
    }

    private static String maxForwards(HttpRequest request) {
        String value = request.headers().get(HttpHeaderNames.MAX_FORWARDS);
        return value == null ? "" : value.trim();
    }

    static ByteBuf render(ByteBufAllocator allocator, HttpRequest request, String nodeName) {
        var head = new StringBuilder("HTTP/1.1 200 OK\r\nVia: 1.1 ")
                .append(nodeName)
                .append("\r\nConnection: close\r\n");
        var body = new StringBuilder();
        if (request.method().equals(HttpMethod.TRACE)) {
            head.append("Content-Type: message/http\r\n");
            echo(request, body);
        } else {
            head.append("Allow: CONNECT, DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, TRACE\r\n");
        }
        head.append("Content-Length: ").append(body.length()).append("\r\n\r\n").append(body);
        byte[] bytes = head.toString().getBytes(StandardCharsets.ISO_8859_1);
        return allocator.directBuffer(bytes.length).writeBytes(bytes);
    }

    /** The request as it was received, without what TRACE must not show (RFC 9110 §9.3.8). */
    private static void echo(HttpRequest request, StringBuilder body) {
        body.append(request.method().name())
                .append(' ')
                .append(request.uri())
                .append(' ')
                .append(request.protocolVersion().text())
                .append("\r\n");
        HttpHeaders headers = request.headers();
        for (Map.Entry<String, String> field : headers) {
            if (!SECRETS.contains(field.getKey().toLowerCase(Locale.ROOT))) {
                body.append(field.getKey())
                        .append(": ")
                        .append(field.getValue())
                        .append("\r\n");
            }
        }
        body.append("\r\n");
    }
}
