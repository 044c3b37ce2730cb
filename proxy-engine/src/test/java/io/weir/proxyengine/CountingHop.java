package io.weir.proxyengine;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Stands between two nodes and counts what crosses, with plain sockets of its own. It can be stopped, and started again on the same port. Threads of its own. */
final class CountingHop implements AutoCloseable {
    private final InetSocketAddress target;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        var thread = new Thread(work, "counting-hop");
        thread.setDaemon(true);
        return thread;
    });
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicLong up = new AtomicLong();
    private final AtomicLong down = new AtomicLong();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile ServerSocket server;

    private CountingHop(ServerSocket server, InetSocketAddress target) {
        this.server = server;
        this.target = target;
    }

    static CountingHop to(InetSocketAddress target) throws IOException {
        var hop = new CountingHop(new ServerSocket(0, 128, InetAddress.getLoopbackAddress()), target);
        hop.accept(hop.server);
        return hop;
    }

    int port() {
        return server.getLocalPort();
    }

    /** Bytes that the first node has sent. */
    long up() {
        return up.get();
    }

    /** Bytes that the second node has sent. */
    long down() {
        return down.get();
    }

    int connections() {
        return connections.get();
    }

    private void accept(ServerSocket from) {
        threads.execute(() -> {
            try {
                while (true) {
                    Socket left = from.accept();
                    connections.incrementAndGet();
                    var right = new Socket();
                    sockets.add(left);
                    sockets.add(right);
                    right.connect(target);
                    left.setTcpNoDelay(true);
                    right.setTcpNoDelay(true);
                    threads.execute(() -> pump(left, right, up));
                    threads.execute(() -> pump(right, left, down));
                }
            } catch (IOException closed) {
                // that is the end
            }
        });
    }

    private static void pump(Socket from, Socket into, AtomicLong count) {
        byte[] piece = new byte[64 * 1024];
        try {
            InputStream in = from.getInputStream();
            for (int n; (n = in.read(piece)) >= 0; ) {
                count.addAndGet(n);
                into.getOutputStream().write(piece, 0, n);
            }
            into.shutdownOutput();
        } catch (IOException broken) {
            end(from);
            end(into);
        }
    }

    private static void end(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException gone) {
            // it is
        }
    }

    /** Resets all connections, and takes no more. */
    void die() throws IOException {
        server.close();
        while (isListening()) { // a thread that waits for a connection keeps the port for a moment
            Thread.onSpinWait();
        }
        sockets.forEach(CountingHop::end);
        sockets.clear();
    }

    private boolean isListening() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort())) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    /** Takes connections again, at the same port. */
    void revive() throws IOException {
        int port = server.getLocalPort();
        var again = new ServerSocket();
        again.setReuseAddress(true);
        again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 128);
        server = again;
        accept(again);
    }

    @Override
    public void close() throws IOException {
        server.close();
        sockets.forEach(CountingHop::end);
        threads.shutdownNow();
    }
}
