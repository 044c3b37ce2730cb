package io.weir.proxyengine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** An origin whose connections a test serves, each on a thread of its own. Whatever a connection fails with is its end. */
final class ServedOrigin implements AutoCloseable {
    /** Serves one connection, the {@code number}th from 1; then it is closed. */
    interface Serving {
        void serve(Socket socket, int number) throws Exception;
    }

    private final ServerSocket listener;
    private final Serving serving;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        var thread = new Thread(work, "served-origin");
        thread.setDaemon(true);
        return thread;
    });
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicLong applicationBytes = new AtomicLong();

    private ServedOrigin(ServerSocket listener, Serving serving) {
        this.listener = listener;
        this.serving = serving;
    }

    static ServedOrigin start(Serving serving) throws IOException {
        var origin = new ServedOrigin(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()), serving);
        origin.threads.execute(origin::accept);
        return origin;
    }

    /** Serves HTTP/1.1 inside TLS: each request that has come whole gets {@code hello}. */
    static ServedOrigin https(SSLContext context) throws IOException {
        return start((socket, number) -> hello(tls(socket, context)));
    }

    /** The server's side of TLS, before its handshake. */
    static SSLSocket tls(Socket socket, SSLContext context) throws IOException {
        var secret = (SSLSocket) context.getSocketFactory().createSocket(socket, null, true);
        secret.setUseClientMode(false);
        return secret;
    }

    /** Answers requests without a body until the end. */
    static void hello(Socket socket) throws IOException {
        var wire = new Wire(socket);
        while (true) {
            wire.readHead();
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    int connections() {
        return sockets.size();
    }

    /** What servings have told of. */
    AtomicLong applicationBytes() {
        return applicationBytes;
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(30_000);
                sockets.add(socket);
                int number = sockets.size();
                threads.execute(() -> serve(socket, number));
            }
        } catch (IOException closed) {
            // that is the end
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            serving.serve(socket, number);
        } catch (Exception ended) {
            // whatever it was, the other side's view is what a test looks at
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
