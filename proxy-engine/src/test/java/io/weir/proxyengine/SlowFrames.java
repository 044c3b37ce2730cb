package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Frames that are written byte by byte, so that they come in many reads. Only for a client's connection on which no other frames are sent meanwhile. */
final class SlowFrames {
    private static final long BETWEEN_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final OutputStream out;
    private long sent;

    SlowFrames(FramePeer peer) throws IOException {
        out = peer.socket().getOutputStream();
    }

    long sent() {
        return sent;
    }

    /** A head whose first frame has {@code first} bytes and the others {@code rest}. */
    void headers(int id, int first, int rest, String... fields) throws Exception {
        Http2Headers headers = new DefaultHttp2Headers(false);
        for (int i = 0; i < fields.length; i += 2) {
            headers.add(fields[i], fields[i + 1]);
        }
        ByteBuf block = Unpooled.buffer();
        try {
            new DefaultHttp2HeadersEncoder((name, value) -> true).encodeHeaders(id, headers, block);
            int n = Math.min(first, block.readableBytes());
            int kind = FramePeer.HEADERS;
            while (block.isReadable()) {
                byte[] part = new byte[n];
                block.readBytes(part);
                frame(kind, block.isReadable() ? 0 : FramePeer.END_HEADERS, id, part);
                kind = FramePeer.CONTINUATION;
                n = Math.min(rest, block.readableBytes());
            }
        } finally {
            block.release();
        }
    }

    void data(int id, String text) throws IOException {
        frame(FramePeer.DATA, FramePeer.END_STREAM, id, text.getBytes(StandardCharsets.US_ASCII));
    }

    private void frame(int kind, int flags, int id, byte[] payload) throws IOException {
        var frame = new ByteArrayOutputStream();
        frame.write(payload.length >> 16);
        frame.write(payload.length >> 8);
        frame.write(payload.length);
        frame.write(kind);
        frame.write(flags);
        frame.writeBytes(ByteBuffer.allocate(4).putInt(id).array());
        frame.writeBytes(payload);
        for (byte octet : frame.toByteArray()) {
            out.write(octet);
            LockSupport.parkNanos(BETWEEN_NANOS);
        }
        sent += frame.size();
    }
}
