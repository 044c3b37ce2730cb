package io.weir.proxyengine;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.EmptyHttp2Headers;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One end of a connection of HTTP/2, spoken by hand, so that it can say what no library would. Reads give up after 30 seconds. */
final class RawHttp2 implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;

    static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** A frame as it came. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares frames
    record Frame(int type, int flags, int stream, byte[] payload) {
        boolean isEnd() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }

        /** Of RST_STREAM, or of GOAWAY. */
        long errorCode() {
            return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0) & 0xffff_ffffL;
        }

        String text() {
            return new String(payload, StandardCharsets.ISO_8859_1);
        }
    }

    /** What came for a stream until its end. */
    record Answer(int status, String body, boolean whole, long resetCode, Http2Headers head) {}

    private final Socket socket;
    private final DataInputStream in;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
    private final ByteArrayOutputStream block = new ByteArrayOutputStream();
    private final Map<Integer, Story> stories = new HashMap<>();
    private boolean keepsBodies = true;

    RawHttp2(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(30_000);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    /** A client's connection, after its preface and empty SETTINGS. */
    static RawHttp2 client(Socket socket) throws IOException {
        return new RawHttp2(socket).send(PREFACE).send(SETTINGS, 0, 0, new byte[0]);
    }

    /** Forgets content once it was read, for bodies that are larger than memory. */
    RawHttp2 withoutBodies() {
        keepsBodies = false;
        return this;
    }

    /** A server's connection, after the client's preface and our SETTINGS. */
    static RawHttp2 server(Socket socket, byte... settings) throws IOException {
        var server = new RawHttp2(socket);
        byte[] preface = server.in.readNBytes(PREFACE.length);
        if (preface.length < PREFACE.length) {
            throw new EOFException("no preface");
        }
        return server.send(SETTINGS, 0, 0, settings);
    }

    static byte[] frame(int type, int flags, int stream, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.put((byte) (payload.length >> 16))
                .put((byte) (payload.length >> 8))
                .put((byte) payload.length);
        frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
        return frame.array();
    }

    static byte[] number(long value) {
        return ByteBuffer.allocate(4).putInt((int) value).array();
    }

    static byte[] setting(int id, long value) {
        return ByteBuffer.allocate(6).putShort((short) id).putInt((int) value).array();
    }

    /** A block of literal fields without indexing (RFC 7541 §6.2.2): names and values by turns, any bytes. */
    static byte[] block(String... fields) {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i++) {
            if (i % 2 == 0) {
                out.write(0);
            }
            byte[] text = fields[i].getBytes(StandardCharsets.ISO_8859_1);
            integer(out, text.length);
            out.writeBytes(text);
        }
        return out.toByteArray();
    }

    private static void integer(ByteArrayOutputStream out, int value) {
        if (value < 127) {
            out.write(value);
            return;
        }
        out.write(127);
        int rest = value - 127;
        while (rest >= 128) {
            out.write(rest % 128 | 128);
            rest /= 128;
        }
        out.write(rest);
    }

    static byte[] get(String path, String... more) {
        String[] all = new String[8 + more.length];
        String[] first = {":method", "GET", ":scheme", "https", ":authority", "localhost", ":path", path};
        System.arraycopy(first, 0, all, 0, 8);
        System.arraycopy(more, 0, all, 8, more.length);
        return block(all);
    }

    RawHttp2 send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    RawHttp2 send(int type, int flags, int stream, byte[] payload) throws IOException {
        return send(frame(type, flags, stream, payload));
    }

    /** A head in one frame. */
    RawHttp2 headers(int stream, boolean end, byte[] block) throws IOException {
        return send(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block);
    }

    RawHttp2 data(int stream, boolean end, String text) throws IOException {
        return send(DATA, end ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The next frame; null at the end, be it FIN or a reset. Settings and pings are acknowledged. */
    @Nullable Frame read() throws IOException {
        try {
            int first = in.readInt();
            int flags = in.readUnsignedByte();
            int stream = in.readInt() & 0x7fff_ffff;
            byte[] payload = in.readNBytes(first >>> 8);
            if (payload.length < first >>> 8) {
                return null;
            }
            var frame = new Frame(first & 0xff, flags, stream, payload);
            if ((frame.type() == SETTINGS || frame.type() == PING) && (flags & ACK) == 0) {
                send(frame.type(), ACK, 0, frame.type() == PING ? payload : new byte[0]);
            }
            tell(frame);
            return frame;
        } catch (EOFException | SocketException | javax.net.ssl.SSLException end) {
            return null;
        }
    }

    /** The next frame that is meant; others are read and forgotten. */
    Frame await(Predicate<Frame> meant) throws IOException {
        Frame frame;
        do {
            frame = read();
            if (frame == null) {
                throw new EOFException("the connection ended");
            }
        } while (!meant.test(frame));
        return frame;
    }

    Frame await(int type) throws IOException {
        return await(frame -> frame.type() == type);
    }

    /** Reads on; returns when the connection has ended. */
    void awaitEnd() throws IOException {
        while (read() != null) {
            // what comes is of no interest
        }
    }

    /** Reads to the end of the stream, or of the connection. What comes for others meanwhile is kept for their turn. */
    Answer answer(int stream) throws IOException {
        while (!stories(stream).isOver() && read() != null) {
            // each frame adds to the story of its stream
        }
        return stories(stream).toAnswer();
    }

    private Story stories(int stream) {
        return stories.computeIfAbsent(stream, unused -> new Story());
    }

    private void tell(Frame frame) throws IOException {
        Story story = stories(frame.stream());
        switch (frame.type()) {
            case RST_STREAM -> story.resetCode = frame.errorCode();
            case HEADERS, CONTINUATION -> {
                block.writeBytes(frame.payload());
                if ((frame.flags() & END_HEADERS) != 0) {
                    Http2Headers head = fields(frame.stream());
                    story.head = head.status() == null ? story.head : head;
                }
            }
            case DATA -> {
                if (keepsBodies) {
                    story.body.append(frame.text());
                }
            }
            default -> {}
        }
        story.whole |= frame.isEnd();
    }

    private Http2Headers fields(int stream) throws IOException {
        try {
            return decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(block.toByteArray()));
        } catch (Http2Exception e) {
            throw new IOException(e);
        } finally {
            block.reset();
        }
    }

    /** What has come of one stream. */
    private static final class Story {
        private final StringBuilder body = new StringBuilder();
        private Http2Headers head = EmptyHttp2Headers.INSTANCE;
        private long resetCode = -1;
        private boolean whole;

        boolean isOver() {
            return whole || resetCode >= 0;
        }

        Answer toAnswer() {
            CharSequence status = head.status();
            int code = status == null ? 0 : Integer.parseInt(status.toString());
            return new Answer(code, body.toString(), whole, resetCode, head);
        }
    }

    Socket socket() {
        return socket;
    }

    /** Ends the connection with RST, of the socket below TLS if there is one. */
    void reset(Socket below) throws IOException {
        below.setSoLinger(true, 0);
        below.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
