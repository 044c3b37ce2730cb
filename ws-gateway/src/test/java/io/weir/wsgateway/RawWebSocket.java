package io.weir.wsgateway;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A WebSocket client that sends whatever bytes a test wants, and reads frame by frame when it is told to. */
final class RawWebSocket implements AutoCloseable {
    static final int CONTINUATION = 0x0;
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xA;
    static final int FIN = 0x80;

    private static final int MASKED = 0x80;
    private static final byte[] MASK = {0x12, 0x34, 0x56, 0x78};

    /** What came: the first byte as it was, and the payload. */
    @SuppressWarnings("ArrayRecordComponent") // handed over, not compared
    record Frame(int first, byte[] payload) {
        int opcode() {
            return first & 0xF;
        }

        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        /** The code of a close frame; 1005 if it has none. */
        int closeCode() {
            return payload.length < 2 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xFFFF;
        }
    }

    private final Socket socket;
    private final DataInputStream in;

    /** The answer to the handshake. */
    String head = "";

    private RawWebSocket(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
    }

    /** Connects and takes the answer to the handshake, which must be 101; further header lines may be sent with it. */
    static RawWebSocket open(InetSocketAddress address, String token, int receiveBuffer, String... headers)
            throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(receiveBuffer);
        socket.setTcpNoDelay(true);
        socket.connect(address);
        socket.setSoTimeout(20_000);
        String request = "GET /start?token=" + token + " HTTP/1.1\r\nHost: 127.0.0.1:" + address.getPort()
                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + String.join("", headers) + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        RawWebSocket client = new RawWebSocket(socket);
        client.head = client.readHead();
        if (!client.head.startsWith("HTTP/1.1 101 ")) {
            socket.close();
            throw new IOException("refused: " + client.head);
        }
        return client;
    }

    private String readHead() throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf("\r\n\r\n") < 0) {
            read.append((char) in.readUnsignedByte());
        }
        return read.toString();
    }

    /** A frame as a client sends it, masked. */
    static byte[] frame(int first, byte[] payload) {
        return frame(first, payload.length, payload);
    }

    /** A frame that declares another length than it has. */
    static byte[] frame(int first, long declared, byte[] payload) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(first);
        if (declared >= 0 && declared < 126) {
            bytes.write(MASKED | (int) declared);
        } else if (declared >= 0 && declared < 1 << 16) {
            bytes.write(MASKED | 126);
            bytes.writeBytes(ByteBuffer.allocate(2).putShort((short) declared).array());
        } else {
            bytes.write(MASKED | 127);
            bytes.writeBytes(ByteBuffer.allocate(8).putLong(declared).array());
        }
        bytes.writeBytes(MASK);
        for (int i = 0; i < payload.length; i++) {
            bytes.write(payload[i] ^ MASK[i % MASK.length]);
        }
        return bytes.toByteArray();
    }

    static byte[] frame(int first, String payload) {
        return frame(first, payload.getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Sends a text in one frame. */
    void say(String text) throws IOException {
        send(frame(FIN | TEXT, text));
    }

    /** The next frame. */
    Frame read() throws IOException {
        int first = in.readUnsignedByte();
        long length = in.readUnsignedByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        byte[] payload = new byte[(int) length];
        in.readFully(payload);
        return new Frame(first, payload);
    }

    /** Reads and forgets so many bytes, or fewer at the end. */
    void skip(int bytes) throws IOException {
        in.skipNBytes(Math.min(bytes, Math.max(in.available(), 0)));
    }

    /** The next frame of that kind; those before it are forgotten. */
    Frame await(int opcode) throws IOException {
        Frame frame = read();
        while (frame.opcode() != opcode) {
            frame = read();
        }
        return frame;
    }

    /** The code with which the server closes, after which it must end the connection. */
    int closeCode() throws IOException {
        int code = await(CLOSE).closeCode();
        if (in.read() >= 0) {
            throw new IOException("something came after the close frame");
        }
        return code;
    }

    /** Whether the server has ended the connection, with a reset or in order, when all is read. */
    boolean isEnded() throws IOException {
        try {
            while (true) {
                read();
            }
        } catch (EOFException | SocketException end) {
            return true;
        }
    }

    /** Ends with a reset: what is under way is lost. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
