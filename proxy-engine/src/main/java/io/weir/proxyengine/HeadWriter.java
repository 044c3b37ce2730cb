package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;

/**
 * Puts heads, chunks and the proxy's own answers into bytes. What it is given was validated by a decoder: names are tokens and values
 * have no control characters.
 *
 * <p>A head of somebody else's fields is put together in an array that is used again, and copied into its buffer once: a write into the
 * buffer for each name and value costs several times as much. One an event loop, that loop only; what is static has no state.
 */
final class HeadWriter {
    private static final ByteBuf CRLF = constant("\r\n");
    private static final ByteBuf LAST_CHUNK = constant("0\r\n\r\n");
    private static final ByteBuf TUNNEL_STANDS = constant("HTTP/1.1 200 Connection established\r\n\r\n");
    private static final int HEAD_ROOM_BYTES = 512;

    private final Latin1Writer out = new Latin1Writer(HEAD_ROOM_BYTES);

    ByteBuf request(ByteBufAllocator allocator, String method, String target, HttpHeaders headers) {
        return request(allocator, method, target, HttpVersion.HTTP_1_1, headers);
    }

    ByteBuf request(
            ByteBufAllocator allocator, String method, String target, HttpVersion version, HttpHeaders headers) {
        out.clear();
        out.text(method);
        out.character(' ');
        out.text(target);
        out.character(' ');
        out.text(version.text());
        out.lineEnd();
        fields(headers);
        return out.toDirectBuffer(allocator);
    }

    ByteBuf response(ByteBufAllocator allocator, HttpResponseStatus status, HttpHeaders headers) {
        return response(allocator, HttpVersion.HTTP_1_1, status, headers);
    }

    ByteBuf response(ByteBufAllocator allocator, HttpVersion version, HttpResponseStatus status, HttpHeaders headers) {
        out.clear();
        out.text(version.text());
        out.character(' ');
        out.text(status.codeAsText());
        out.character(' ');
        out.text(status.reasonPhrase());
        out.lineEnd();
        fields(headers);
        return out.toDirectBuffer(allocator);
    }

    private void fields(HttpHeaders headers) {
        Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
        while (all.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = all.next();
            out.text(field.getKey());
            out.character(':');
            out.character(' ');
            out.text(field.getValue());
            out.lineEnd();
        }
        out.lineEnd();
    }

    /** The answer to a CONNECT: everything after it is the tunnel's. */
    static ByteBuf tunnelStands() {
        return TUNNEL_STANDS.retainedDuplicate();
    }

    /** The proxy's own answer to a request it does not carry; says with RFC 9209 what happened, and that the connection ends. */
    static ByteBuf refusal(ByteBufAllocator allocator, Refusal refusal, String nodeName, boolean answersHead) {
        return refusal(allocator, refusal, nodeName, answersHead, true);
    }

    /**
     * The same.
     *
     * @param closes whether the connection ends after it
     */
    static ByteBuf refusal(
            ByteBufAllocator allocator, Refusal refusal, String nodeName, boolean answersHead, boolean closes) {
        ByteBuf reply = allocator.directBuffer(HEAD_ROOM_BYTES);
        byte[] body = explanation(refusal);
        ascii(
                reply,
                "HTTP/1.1 " + refusal.status().code() + ' ' + refusal.status().reasonPhrase() + "\r\n");
        ascii(reply, "Content-Type: text/plain; charset=utf-8\r\nContent-Length: " + body.length + "\r\n");
        ascii(reply, "Proxy-Status: " + nodeName + "; error=" + refusal.error() + "\r\n");
        if (refusal.status().equals(HttpResponseStatus.SERVICE_UNAVAILABLE)) {
            ascii(reply, "Retry-After: 5\r\n");
        }
        ascii(reply, refusal.fields());
        ascii(reply, "Cache-Control: no-store\r\n" + (closes ? "Connection: close\r\n\r\n" : "\r\n"));
        if (!answersHead) {
            reply.writeBytes(body);
        }
        return reply;
    }

    /** The body of the proxy's own answer. */
    static byte[] explanation(Refusal refusal) {
        return (refusal.status().code() + " " + refusal.status().reasonPhrase() + ": " + refusal.message() + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** A chunk's size line; its data and {@link #crlf()} follow (RFC 9112 §7.1). */
    static ByteBuf chunkSize(ByteBufAllocator allocator, int size) {
        ByteBuf line = allocator.directBuffer(16);
        ascii(line, Integer.toHexString(size));
        return end(line);
    }

    static ByteBuf crlf() {
        return CRLF.retainedDuplicate();
    }

    /** The end of a chunked body. */
    static ByteBuf lastChunk(ByteBufAllocator allocator, HttpHeaders trailers) {
        if (trailers.isEmpty()) {
            return LAST_CHUNK.retainedDuplicate();
        }
        ByteBuf end = allocator.directBuffer(HEAD_ROOM_BYTES);
        ascii(end, "0\r\n");
        for (Map.Entry<String, String> field : trailers) {
            if (Fields.mayTrail(field.getKey())) {
                field(end, field.getKey(), field.getValue());
            }
        }
        return end(end);
    }

    private static void field(ByteBuf head, CharSequence name, CharSequence value) {
        ascii(head, name);
        head.writeByte(':').writeByte(' ');
        ascii(head, value);
        end(head);
    }

    /** Values keep their bytes: the decoder made each byte a character. */
    private static void ascii(ByteBuf buffer, CharSequence text) {
        buffer.writeCharSequence(text, StandardCharsets.ISO_8859_1);
    }

    private static ByteBuf end(ByteBuf buffer) {
        return ByteBufUtil.writeShortBE(buffer, ('\r' << 8) | '\n');
    }

    private static ByteBuf constant(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return Unpooled.unreleasableBuffer(
                Unpooled.directBuffer(bytes.length).writeBytes(bytes).asReadOnly());
    }
}
