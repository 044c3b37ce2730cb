package io.weir.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Listens on a free port of loopback and talks to each client on a thread of its own; closing it closes all connections. */
final class LoopbackServer implements AutoCloseable {
    /** What is said to one client; the connection is closed after it. */
    interface Talk {
        void with(Socket client) throws IOException;
    }

    private final ServerSocket server;
    private final Talk talk;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads;

    private LoopbackServer(ServerSocket server, String name, Talk talk) {
        this.server = server;
        this.talk = talk;
        threads = Executors.newCachedThreadPool(work -> {
            var thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    static LoopbackServer start(String name, Talk talk) throws IOException {
        var server = new LoopbackServer(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()), name, talk);
        server.threads.execute(server::accept);
        return server;
    }

    String authority() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    private void accept() {
        while (true) {
            try {
                Socket client = server.accept();
                open.add(client);
                threads.execute(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            talk.with(client);
        } catch (IOException | RuntimeException e) {
            // the proxy was killed, or has cut it, or the client reset
        } finally {
            open.remove(client);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket client : open) {
            client.close();
        }
        threads.shutdownNow();
    }
}
