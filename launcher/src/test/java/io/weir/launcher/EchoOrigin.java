package io.weir.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Sends back what it gets, until the client ends. */
final class EchoOrigin implements AutoCloseable {
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        var thread = new Thread(work, "echo-origin");
        thread.setDaemon(true);
        return thread;
    });

    private EchoOrigin(ServerSocket server) {
        this.server = server;
    }

    static EchoOrigin start() throws IOException {
        var origin = new EchoOrigin(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()));
        origin.threads.execute(origin::accept);
        return origin;
    }

    String authority() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    private void accept() {
        while (true) {
            try {
                Socket client = server.accept();
                open.add(client);
                threads.execute(() -> echo(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void echo(Socket client) {
        byte[] buffer = new byte[16 * 1024];
        try (client) {
            int n;
            while ((n = client.getInputStream().read(buffer)) > 0) {
                client.getOutputStream().write(buffer, 0, n);
            }
        } catch (IOException e) {
            // the proxy was killed, or the client reset
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
