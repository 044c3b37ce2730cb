package io.weir.launcher;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A client of a tunnel to an {@link EchoOrigin}. One thread. */
final class TunnelClient implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;

    private TunnelClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
    }

    static TunnelClient open(WeirProcess weir, String authority) throws IOException {
        return open(weir, authority, "");
    }

    /** With further fields in the CONNECT. */
    static TunnelClient open(WeirProcess weir, String authority, String fields) throws IOException {
        var client = new TunnelClient(weir.connect());
        client.socket
                .getOutputStream()
                .write(("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n" + fields + "\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        String head = client.readHead();
        if (!head.startsWith("HTTP/1.1 200 ")) {
            throw new IOException(head);
        }
        return client;
    }

    private String readHead() throws IOException {
        var head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    /** Sends so many bytes that look like no protocol, and reads them back. */
    TunnelClient echo(int bytes) throws IOException {
        byte[] sent = new byte[bytes];
        Arrays.fill(sent, (byte) 0x80);
        socket.getOutputStream().write(sent);
        in.readFully(new byte[bytes]);
        return this;
    }

    /** Waits for the end of the connection, in order or not. */
    void awaitEnd() {
        try {
            in.readAllBytes(); // what was on the way
        } catch (IOException e) {
            if (e instanceof java.net.SocketTimeoutException) {
                throw new AssertionError("the connection did not end", e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
