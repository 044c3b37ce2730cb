package io.weir.proxyengine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** A port that accepts nothing and refuses nothing: its queue of connections is full, so that a further one waits. */
final class FullBacklog implements AutoCloseable {
    private static final int CONNECT_MILLIS = 200;

    private final ServerSocket server;
    private final List<Socket> queue = new ArrayList<>();

    private FullBacklog(ServerSocket server) {
        this.server = server;
    }

    static FullBacklog start() throws IOException {
        var full = new FullBacklog(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        try {
            for (int i = 0; i < 8; i++) {
                var socket = new Socket();
                full.queue.add(socket);
                socket.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), full.server.getLocalPort()),
                        CONNECT_MILLIS);
            }
        } catch (IOException isFull) {
            return full;
        }
        throw new IOException("the queue never filled up");
    }

    String authority() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : queue) {
            socket.close();
        }
    }
}
