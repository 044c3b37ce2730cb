package io.weir.proxyengine;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A client of HTTP/2, spoken by hand: frames out, frames in (RFC 9113 §4.1). One thread; each read gives up after 30 seconds. */
final class Http2Wire implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int GOAWAY = 7;

    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    /** What came. Compared with nothing. */
    @SuppressWarnings("ArrayRecordComponent")
    record Frame(int type, int flags, int stream, byte[] payload) {
        boolean isEnd() {
            return (flags & END_STREAM) != 0;
        }

        /** Of RST_STREAM. */
        int errorCode() {
            return ByteBuffer.wrap(payload).getInt();
        }

        /** Whether its header block begins with that status, indexed as all have it that are not rare (RFC 7541 appendix A). */
        boolean isOk() {
            return type == HEADERS && (payload[0] & 0xFF) == 0x88;
        }
    }

    private final Socket socket;
    private final DataInputStream in;

    /** Says the preface. */
    Http2Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(30_000);
        in = new DataInputStream(socket.getInputStream());
        socket.getOutputStream().write(PREFACE.getBytes(StandardCharsets.US_ASCII));
        send(SETTINGS, 0, 0, new byte[0]);
    }

    void send(int type, int flags, int stream, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload);
        socket.getOutputStream().write(frame.array());
    }

    /** A request without a body. */
    void get(int stream, String authority, String path) throws IOException {
        var block = new ByteArrayOutputStream();
        block.write(0x82); // :method GET
        block.write(0x87); // :scheme https
        literal(block, 4, path); // :path
        literal(block, 1, authority); // :authority
        send(HEADERS, END_STREAM | END_HEADERS, stream, block.toByteArray());
    }

    /** A literal without indexing, of an indexed name. */
    private static void literal(ByteArrayOutputStream block, int name, String value) {
        block.write(name);
        block.write(value.length());
        block.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }

    /** The next frame, whatever it is; SETTINGS are acknowledged. */
    Frame read() throws IOException {
        int first = in.readInt();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] payload = in.readNBytes(first >>> 8);
        int type = first & 0xFF;
        if (type == SETTINGS && (flags & ACK) == 0) {
            send(SETTINGS, ACK, 0, new byte[0]);
        }
        return new Frame(type, flags, stream, payload);
    }

    /** The next frame of a type. */
    Frame read(int type) throws IOException {
        Frame frame;
        do {
            frame = read();
        } while (frame.type() != type);
        return frame;
    }

    /** Reads until the stream has ended, and says how: its last frame. */
    Frame readToEnd(int stream) throws IOException {
        Frame frame;
        do {
            frame = read();
        } while (frame.stream() != stream || (frame.type() != RST_STREAM && !frame.isEnd()));
        return frame;
    }

    /** Leaves without a goodbye. */
    void hangUp() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
