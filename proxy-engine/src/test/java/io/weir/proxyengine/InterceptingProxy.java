package io.weir.proxyengine;

import io.weir.proxyengine.tls.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** A proxy that reads all tunnels, with a CA of its own and one that it trusts, from which origins have their certificates. */
final class InterceptingProxy implements AutoCloseable {
    private final TestAuthority own;
    private final TestAuthority origins;
    private final TestProxy proxy;

    private InterceptingProxy(TestAuthority own, TestAuthority origins, TestProxy proxy) {
        this.own = own;
        this.origins = origins;
        this.proxy = proxy;
    }

    static InterceptingProxy start() {
        return start(settings -> settings, config -> config);
    }

    /** With a ring of so many slots. */
    static InterceptingProxy startSmall(int slots, UnaryOperator<EngineConfigBuilder> settings) {
        return start(slots, settings, config -> config);
    }

    static InterceptingProxy start(
            UnaryOperator<EngineConfigBuilder> settings, UnaryOperator<InterceptConfig> interception) {
        return start(TestProxy.SLOTS, settings, interception);
    }

    private static InterceptingProxy start(
            int slots, UnaryOperator<EngineConfigBuilder> settings, UnaryOperator<InterceptConfig> interception) {
        TestAuthority own = TestAuthority.create();
        TestAuthority origins = TestAuthority.create();
        InterceptConfig config =
                interception.apply(InterceptConfig.all(own.asAuthority()).trusting(List.of(origins.certificate())));
        return new InterceptingProxy(
                own, origins, TestProxy.start(slots, builder -> settings.apply(builder.intercept(config))));
    }

    TestProxy proxy() {
        return proxy;
    }

    TestLedger ledger() {
        return proxy.ledger();
    }

    /** Whose certificates the clients see. */
    TestAuthority own() {
        return own;
    }

    /** Whose certificates the origins have. */
    TestAuthority origins() {
        return origins;
    }

    /** For clients, which trust the proxy's CA and no other. */
    SSLContext clientContext() {
        return own.clientContext();
    }

    /** For an origin on this machine, whom the proxy trusts. */
    SSLContext originContext() {
        return origins.issue("localhost", "127.0.0.1").serverContext();
    }

    /** A listening socket of TLS, on a free port of loopback. */
    SSLServerSocket listen() throws IOException {
        return listen(originContext());
    }

    static SSLServerSocket listen(SSLContext context) throws IOException {
        return (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    /** A tunnel to a port of this machine, after its 200. */
    Socket tunnel(int port) throws IOException {
        return tunnel(port, "localhost");
    }

    Socket tunnel(int port, String host) throws IOException {
        return tunnel(proxy.connect(), port, host);
    }

    /** The same with a receive buffer that is soon full. */
    Socket narrowTunnel(int port) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout(30_000);
        socket.connect(proxy.address());
        return tunnel(socket, port, "localhost");
    }

    private static Socket tunnel(Socket socket, int port, String host) throws IOException {
        String head = TestTunnel.head(host + ":" + port);
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        String answer =
                new String(socket.getInputStream().readNBytes(TestTunnel.ANSWER.length()), StandardCharsets.US_ASCII);
        if (!answer.equals(TestTunnel.ANSWER)) {
            throw new IOException("the proxy answered " + answer);
        }
        return socket;
    }

    /** TLS in a tunnel, as a client has it that knows no ALPN unless {@code protocols} has some. The handshake is done. */
    SSLSocket open(ServerSocket origin, String... protocols) throws IOException {
        return open(tunnel(origin.getLocalPort()), protocols);
    }

    SSLSocket open(Socket tunnel, String... protocols) throws IOException {
        return openTo("localhost", tunnel, protocols);
    }

    SSLSocket openTo(String host, Socket tunnel, String... protocols) throws IOException {
        var socket = (SSLSocket) clientContext().getSocketFactory().createSocket(tunnel, host, 443, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (protocols.length > 0) {
            parameters.setApplicationProtocols(protocols);
        }
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    @Override
    public void close() {
        proxy.close();
    }
}
