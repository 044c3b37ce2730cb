package io.weir.wsgateway;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A WebSocket client on a bare socket, which answers nothing and reads only when it is told to. */
final class SilentClient implements AutoCloseable {
    private static final int MASK_BIT = 0x80;

    private final Socket socket;
    private final StringBuilder unread = new StringBuilder();

    private SilentClient(Socket socket) {
        this.socket = socket;
    }

    static SilentClient open(TestGateway gateway) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(16 << 10);
        socket.connect(gateway.gateway.address());
        socket.setSoTimeout(20_000);
        String request = "GET /start?token=" + gateway.token.value() + " HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port()
                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        SilentClient client = new SilentClient(socket);
        client.skipHead();
        return client;
    }

    /** Sends a text of less than 126 bytes in a frame masked with zeroes. */
    void say(String text) throws IOException {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[6 + payload.length];
        frame[0] = (byte) 0x81;
        frame[1] = (byte) (MASK_BIT | payload.length);
        System.arraycopy(payload, 0, frame, 6, payload.length);
        socket.getOutputStream().write(frame);
    }

    /** Reads on; whether the server ended the connection. */
    boolean isDropped() throws IOException {
        socket.getInputStream().readAllBytes();
        return true;
    }

    /** Reads until the text came, after what an earlier call has read for. */
    void readUntil(String text) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[64 << 10];
        int found = unread.indexOf(text);
        while (found < 0) {
            int read = in.read(buffer);
            if (read < 0) {
                throw new IOException("ended before " + text);
            }
            unread.delete(0, Math.max(0, unread.length() - text.length()));
            unread.append(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
            found = unread.indexOf(text);
        }
        unread.delete(0, found + text.length());
    }

    private void skipHead() throws IOException {
        int matched = 0;
        while (matched < 4) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("no answer");
            }
            matched = next == "\r\n\r\n".charAt(matched) ? matched + 1 : next == '\r' ? 1 : 0;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
