package io.weir.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/** Answers {@code GET /N} with N bytes, so many of them a second on each connection, and ends the connection. */
final class EndlessOrigin implements AutoCloseable {
    private static final int PIECE_BYTES = 16 * 1024;

    private final ServerSocket server;
    private final long bytesPerSecond;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        var thread = new Thread(work, "endless-origin");
        thread.setDaemon(true);
        return thread;
    });

    private EndlessOrigin(ServerSocket server, long bytesPerSecond) {
        this.server = server;
        this.bytesPerSecond = bytesPerSecond;
    }

    static EndlessOrigin start(long bytesPerSecond) throws IOException {
        var origin = new EndlessOrigin(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()), bytesPerSecond);
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
                threads.execute(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            var in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
            String first = in.readLine();
            if (first == null) {
                return;
            }
            while (!in.readLine().isEmpty()) {
                // the rest of the head
            }
            send(client.getOutputStream(), Long.parseLong(first.split(" ", -1)[1].substring(1)));
        } catch (IOException | RuntimeException e) {
            // the proxy was killed, or has cut it
        } finally {
            open.remove(client);
        }
    }

    private void send(OutputStream out, long bytes) throws IOException {
        out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + bytes + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        byte[] piece = new byte[PIECE_BYTES];
        long begun = System.nanoTime();
        long sent = 0;
        while (sent < bytes) {
            int length = (int) Math.min(piece.length, bytes - sent);
            out.write(piece, 0, length);
            sent += length;
            long due = begun + sent * 1_000_000_000L / bytesPerSecond;
            LockSupport.parkNanos(due - System.nanoTime());
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket each : open) {
            each.close();
        }
        threads.shutdownNow();
    }
}
