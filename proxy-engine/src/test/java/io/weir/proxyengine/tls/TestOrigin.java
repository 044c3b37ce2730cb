package io.weir.proxyengine.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** An origin of the JDK's own: shakes hands, and reads until the end. On a daemon thread. */
final class TestOrigin implements AutoCloseable {
    private final SSLServerSocket listener;
    private final Queue<String> serverNames = new ConcurrentLinkedQueue<>();
    private final Queue<String> protocols = new ConcurrentLinkedQueue<>();

    TestOrigin(SSLContext context, Consumer<SSLSocket> setUp) throws IOException {
        listener = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var thread = new Thread(() -> serve(setUp), "test-origin");
        thread.setDaemon(true);
        thread.start();
    }

    TestOrigin(SSLContext context) throws IOException {
        this(context, socket -> {});
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Of the handshakes that succeeded, in order; empty if there was none. */
    Queue<String> serverNames() {
        return serverNames;
    }

    Queue<String> protocols() {
        return protocols;
    }

    private void serve(Consumer<SSLSocket> setUp) {
        while (!listener.isClosed()) {
            try (SSLSocket socket = (SSLSocket) listener.accept()) {
                socket.setSoTimeout(5000);
                setUp.accept(socket);
                socket.startHandshake();
                var session = (ExtendedSSLSession) socket.getSession();
                String name = "";
                for (SNIServerName each : session.getRequestedServerNames()) {
                    name = new String(each.getEncoded(), StandardCharsets.US_ASCII);
                }
                serverNames.add(name);
                protocols.add(socket.getApplicationProtocol());
                socket.getOutputStream().write(1); // a client of 1.3 is done before we are
            } catch (IOException e) {
                // a client that went, which is what many tests are about, or our own end
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
