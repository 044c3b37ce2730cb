package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/**
 * Makes frames of what is answered on a {@link StreamChannel} in the words of HTTP/1.1: the messages that {@link HeadWriter}, {@link Body} and the proxy's own answers write, so each head
 * and each line of a chunk lies whole in one buffer. Event loop of the channel.
 *
 * <pre>
 *   HEAD ─┬─ 1xx ─► HEAD
 *         ├─ 200 to a CONNECT ─► TUNNEL
 *         ├─ Content-Length ─► LENGTH ─────────────► DONE
 *         ├─ chunked ─► CHUNK ⇄ CONTENT ─► TRAILERS ─► DONE
 *         └─ no body ────────────────────────────────► DONE
 * </pre>
 */
final class StreamResponse {
    /** Takes the frames. */
    interface Sink {
        void headers(Http2Headers headers, boolean last);

        /** Takes over the reference. */
        void data(ByteBuf content, boolean last);
    }

    private enum State {
        HEAD,
        LENGTH,
        CHUNK,
        CONTENT,
        CONTENT_END,
        TUNNEL,
        DONE
    }

    /** RFC 9113 §8.2.2. */
    private static final Set<String> OF_CONNECTIONS =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

    private static final int OK = 200;

    private final boolean answersHead;
    private final boolean answersConnect;
    private final Sink sink;
    private State state = State.HEAD;
    private long left;

    StreamResponse(StreamRequest request, Sink sink) {
        answersHead = request.isHead();
        answersConnect = request.isConnect();
        this.sink = sink;
    }

    /** Whether the last frame was given to the sink. */
    boolean isDone() {
        return state == State.DONE;
    }

    /** Whether all that is written is content until the stream ends. */
    boolean isTunnel() {
        return state == State.TUNNEL;
    }

    /** Reads all of it. */
    void write(ByteBuf bytes) {
        while (bytes.isReadable()) {
            switch (state) {
                case HEAD -> head(bytes);
                case LENGTH -> length(bytes);
                case CHUNK -> chunk(bytes);
                case CONTENT -> content(bytes);
                case CONTENT_END -> {
                    bytes.skipBytes(2);
                    state = State.CHUNK;
                }
                case TUNNEL -> sink.data(bytes.readRetainedSlice(bytes.readableBytes()), false);
                case DONE -> throw new IllegalStateException("more was written than the response");
            }
        }
    }

    private void head(ByteBuf bytes) {
        String statusLine = line(bytes);
        int code = Integer.parseInt(statusLine.substring(9, 12));
        var headers = new DefaultHttp2Headers(false).status(statusLine.substring(9, 12));
        long length = fields(bytes, headers);
        if (code < OK) {
            sink.headers(headers, false);
        } else if (answersConnect && code < 300) {
            state = State.TUNNEL;
            sink.headers(headers, false);
        } else if (answersHead || code == 204 || code == 304 || length == 0) {
            state = State.DONE;
            sink.headers(headers, true);
        } else {
            state = length > 0 ? State.LENGTH : State.CHUNK;
            left = length;
            sink.headers(headers, false);
        }
    }

    /** Answers how long the body is; -1 if that was not said. */
    private static long fields(ByteBuf bytes, Http2Headers headers) {
        long length = -1;
        String line = line(bytes);
        while (!line.isEmpty()) {
            int colon = line.indexOf(':');
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).trim();
            if (!OF_CONNECTIONS.contains(name)) {
                headers.add(name, value);
            }
            if (name.equals("content-length")) {
                length = Long.parseLong(value);
            }
            line = line(bytes);
        }
        return length;
    }

    private void length(ByteBuf bytes) {
        int more = (int) Math.min(left, bytes.readableBytes());
        left -= more;
        if (left == 0) {
            state = State.DONE;
        }
        sink.data(bytes.readRetainedSlice(more), left == 0);
    }

    private void chunk(ByteBuf bytes) {
        left = Long.parseLong(line(bytes), 16);
        if (left > 0) {
            state = State.CONTENT;
            return;
        }
        var trailers = new DefaultHttp2Headers(false);
        fields(bytes, trailers);
        state = State.DONE;
        if (trailers.isEmpty()) {
            sink.data(Unpooled.EMPTY_BUFFER, true);
        } else {
            sink.headers(trailers, true);
        }
    }

    private void content(ByteBuf bytes) {
        int more = (int) Math.min(left, bytes.readableBytes());
        left -= more;
        if (left == 0) {
            state = State.CONTENT_END;
        }
        sink.data(bytes.readRetainedSlice(more), false);
    }

    private static String line(ByteBuf bytes) {
        int end = ByteBufUtil.indexOf(bytes, bytes.readerIndex(), bytes.writerIndex(), (byte) '\n');
        if (end <= bytes.readerIndex()) {
            throw new IllegalStateException("a line of an answer was not written whole");
        }
        String line = bytes.toString(
                bytes.readerIndex(), end - 1 - bytes.readerIndex(), StandardCharsets.ISO_8859_1); // without CR LF
        bytes.readerIndex(end + 1);
        return line;
    }
}
