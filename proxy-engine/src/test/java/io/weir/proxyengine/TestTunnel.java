package io.weir.proxyengine;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A tunnel that stands, with both of its ends in the test's hands. */
final class TestTunnel implements AutoCloseable {
    static final String ANSWER = "HTTP/1.1 200 Connection established\r\n\r\n";

    private final Peer client;
    private final Peer origin;
    private final int headBytes;

    private TestTunnel(Peer client, Peer origin, int headBytes) {
        this.client = client;
        this.origin = origin;
        this.headBytes = headBytes;
    }

    static TestTunnel open(TestProxy proxy) throws IOException {
        return open(proxy, 0);
    }

    /** Both ends have receive buffers of about {@code receiveBytes}, unless that is 0. */
    static TestTunnel open(TestProxy proxy, int receiveBytes) throws IOException {
        return open(proxy, receiveBytes, "");
    }

    /** With further fields in the CONNECT. */
    static TestTunnel open(TestProxy proxy, String fields) throws IOException {
        return open(proxy, 0, fields);
    }

    private static TestTunnel open(TestProxy proxy, int receiveBytes, String fields) throws IOException {
        try (ServerSocket server = Peer.listen(receiveBytes)) {
            Peer client = connect(proxy, receiveBytes);
            String bare = head(Peer.authority(server));
            String head = bare.substring(0, bare.length() - 2) + fields + "\r\n";
            client.socket().getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            var origin = new Peer(server.accept());
            String answer =
                    new String(client.socket().getInputStream().readNBytes(ANSWER.length()), StandardCharsets.US_ASCII);
            if (!answer.equals(ANSWER)) {
                throw new IOException("the proxy answered " + answer);
            }
            return new TestTunnel(client, origin, head.length());
        }
    }

    static Peer connect(TestProxy proxy, int receiveBytes) throws IOException {
        var socket = new Socket();
        if (receiveBytes > 0) {
            socket.setReceiveBufferSize(receiveBytes);
        }
        socket.connect(proxy.address());
        return new Peer(socket);
    }

    static String head(String authority) {
        return "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
    }

    Peer client() {
        return client;
    }

    Peer origin() {
        return origin;
    }

    /** Bytes of the CONNECT. */
    int headBytes() {
        return headBytes;
    }

    /** The tunnel's session, which the ledger knows by the client's address. */
    TestLedger.Session session(TestProxy proxy) {
        return session(proxy, client);
    }

    static TestLedger.Session session(TestProxy proxy, Peer client) {
        return proxy.ledger().awaitSession(session -> session.opened.remote().equals(client.address()));
    }

    TestLedger.Session closedSession(TestProxy proxy) {
        return proxy.ledger()
                .awaitSession(
                        session -> session.isClosed() && session.opened.remote().equals(client.address()));
    }

    @Override
    public void close() throws IOException {
        client.close();
        origin.close();
    }
}
