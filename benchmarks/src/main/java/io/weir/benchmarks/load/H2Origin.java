package io.weir.benchmarks.load;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Answers {@code GET /SIZE} over HTTP/2 with a body of that size, which must fit into a frame: so the window of a stream
 * is always wide enough, and only that of the connection must be looked at.
 */
final class H2Origin implements OriginConversation, FrameReader.Frames {
    private static final int STATUS_200 = 0x88; // HPACK: the whole field, from the static table
    private static final int[] CONTENT_LENGTH = {0x0F, 0x0D}; // its name, not to be remembered
    private static final int DEFAULT_WINDOW = 65_535;

    private final FrameReader reader = new FrameReader();
    private final FrameWriter writer = new FrameWriter();
    private final DefaultHttp2HeadersDecoder fields = new DefaultHttp2HeadersDecoder(false);
    private final Map<Integer, Integer> asked = new HashMap<>(); // stream and size
    private final ArrayDeque<Answer> waiting = new ArrayDeque<>();
    private int prefaceLeft = FrameWriter.PREFACE.length;
    private long window = DEFAULT_WINDOW;

    private record Answer(int stream, int size) {}

    @Override
    public void opened(Wire wire) throws IOException {
        writer.settings(false);
        writer.flush(wire);
    }

    @Override
    public void received(Wire wire, ByteBuffer bytes) throws IOException {
        int ofPreface = Math.min(prefaceLeft, bytes.remaining());
        prefaceLeft -= ofPreface;
        bytes.position(bytes.position() + ofPreface);
        reader.read(bytes, this);
        answer(wire);
    }

    @Override
    public void drained(Wire wire) throws IOException {
        answer(wire);
    }

    @Override
    public void frame(int type, int flags, int stream, ByteBuffer payload) throws IOException {
        switch (type) {
            case FrameReader.HEADERS -> {
                asked.put(stream, size(stream, FrameReader.fields(flags, payload)));
                if ((flags & FrameReader.END_STREAM) != 0) {
                    asked(stream);
                }
            }
            case FrameReader.WINDOW_UPDATE -> window += stream == 0 ? payload.getInt() : 0;
            case FrameReader.CONTINUATION -> throw new IOException("a head in several frames");
            default -> writer.answer(type, flags, payload);
        }
    }

    private int size(int stream, ByteBuffer block) throws IOException {
        try {
            Http2Headers head = fields.decodeHeaders(stream, Unpooled.wrappedBuffer(block));
            return Integer.parseInt(head.path().toString().substring(1));
        } catch (Http2Exception | NumberFormatException e) {
            throw new IOException("not a request for a size", e);
        }
    }

    @Override
    public void data(int stream, ByteBuffer piece, boolean isLast) {
        writer.taken(piece.remaining());
        if (isLast) {
            asked(stream);
        }
    }

    private void asked(int stream) {
        Integer size = asked.remove(stream);
        if (size != null) {
            waiting.add(new Answer(stream, size));
        }
    }

    private void answer(Wire wire) throws IOException {
        if (wire.isSending()) {
            return;
        }
        for (Answer next = waiting.peek(); next != null && next.size <= window; next = waiting.peek()) {
            waiting.remove();
            window -= next.size;
            writer.frame(FrameReader.HEADERS, FrameReader.END_HEADERS, next.stream, head(next.size));
            writer.data(FrameReader.END_STREAM, next.stream, wire.loop().filler(), next.size);
        }
        writer.flush(wire);
    }

    private static byte[] head(int size) {
        byte[] length = Integer.toString(size).getBytes(StandardCharsets.ISO_8859_1);
        var block = new ByteArrayOutputStream();
        block.write(STATUS_200);
        for (int each : CONTENT_LENGTH) {
            block.write(each);
        }
        block.write(length.length);
        block.writeBytes(length);
        return block.toByteArray();
    }
}
