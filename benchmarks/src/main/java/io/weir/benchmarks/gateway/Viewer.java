package io.weir.benchmarks.gateway;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A WebSocket client that reads message by message and looks at no more of them than it has to. One thread. */
final class Viewer implements AutoCloseable {
    private static final int MASKED = 0x80;
    private static final int TEXT = 0x81;
    private static final int HEAD_CHARS = 200;
    private static final int TAIL_CHARS = 32;

    /** A message: how long it was, and how it began and ended. */
    record Message(long bytes, String head, String tail) {
        /** Whether it is of that type. */
        boolean is(String type) {
            return head.startsWith("{\"type\":\"" + type + "\"");
        }

        boolean isLastPart() {
            return !tail.endsWith("\"more\":true}");
        }
    }

    private final Socket socket;
    private final DataInputStream in;

    private Viewer(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 20));
    }

    static Viewer open(InetSocketAddress gateway, String token) throws IOException {
        Socket socket = new Socket();
        socket.connect(gateway);
        socket.getOutputStream()
                .write(("GET /start?token=" + token + " HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.getPort()
                                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        Viewer viewer = new Viewer(socket);
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) viewer.in.readUnsignedByte());
        }
        return viewer;
    }

    /** Subscribes to one topic; the name has few letters, so that this fits a short frame. */
    void subscribe(String topic) throws IOException {
        byte[] text = ("{\"action\":\"subscribe\",\"topics\":[\"" + topic + "\"]}").getBytes(StandardCharsets.US_ASCII);
        byte[] frame = new byte[6 + text.length]; // masked with zeroes
        frame[0] = (byte) TEXT;
        frame[1] = (byte) (MASKED | text.length);
        System.arraycopy(text, 0, frame, 6, text.length);
        socket.getOutputStream().write(frame);
    }

    /** The next text. */
    Message next() throws IOException {
        while (true) {
            int first = in.readUnsignedByte();
            long length = in.readUnsignedByte();
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = in.readLong();
            }
            byte[] payload = new byte[(int) length];
            in.readFully(payload);
            if (first == TEXT) {
                int head = Math.min(HEAD_CHARS, payload.length);
                int tail = Math.min(TAIL_CHARS, payload.length);
                return new Message(
                        length,
                        new String(payload, 0, head, StandardCharsets.US_ASCII),
                        new String(payload, payload.length - tail, tail, StandardCharsets.US_ASCII));
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
