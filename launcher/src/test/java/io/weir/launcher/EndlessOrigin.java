package io.weir.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/** Answers {@code GET /N} with N bytes, so many of them a second on each connection, and ends the connection. */
final class EndlessOrigin implements AutoCloseable {
    private static final int PIECE_BYTES = 16 * 1024;

    private final LoopbackServer server;

    private EndlessOrigin(LoopbackServer server) {
        this.server = server;
    }

    static EndlessOrigin start(long bytesPerSecond) throws IOException {
        return new EndlessOrigin(LoopbackServer.start("endless-origin", client -> serve(client, bytesPerSecond)));
    }

    String authority() {
        return server.authority();
    }

    private static void serve(Socket client, long bytesPerSecond) throws IOException {
        var in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
        String first = in.readLine();
        if (first == null) {
            return;
        }
        while (!in.readLine().isEmpty()) {
            // the rest of the head
        }
        send(client.getOutputStream(), Long.parseLong(first.split(" ", -1)[1].substring(1)), bytesPerSecond);
    }

    private static void send(OutputStream out, long bytes, long bytesPerSecond) throws IOException {
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
    }
}
