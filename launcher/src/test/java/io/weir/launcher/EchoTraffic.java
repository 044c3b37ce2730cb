package io.weir.launcher;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** Tunnels through the proxy to an {@link EchoOrigin}, each with a thread that sends, reads back and counts until it is stopped or cut. */
final class EchoTraffic implements AutoCloseable {
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private volatile boolean stopping;

    static EchoTraffic start(int proxyPort, String authority, int tunnels, long seed) {
        var traffic = new EchoTraffic();
        for (int i = 0; i < tunnels; i++) {
            var random = new Random(seed + i);
            var thread = new Thread(() -> traffic.run(proxyPort, authority, random), "traffic-" + i);
            thread.start();
            traffic.threads.add(thread);
        }
        return traffic;
    }

    /** Payload bytes of rounds that were sent and came back whole. */
    long echoed() {
        return received.get();
    }

    long sent() {
        return sent.get();
    }

    private void run(int proxyPort, String authority, Random random) {
        while (!stopping) {
            try (Socket socket = open(proxyPort, authority)) {
                var in = new DataInputStream(socket.getInputStream());
                for (int round = random.nextInt(20); round >= 0 && !stopping; round--) {
                    byte[] bytes = new byte[1 + random.nextInt(20_000)];
                    random.nextBytes(bytes);
                    socket.getOutputStream().write(bytes);
                    sent.addAndGet(bytes.length);
                    in.readFully(new byte[bytes.length]);
                    received.addAndGet(bytes.length);
                }
            } catch (IOException e) {
                return; // the proxy was killed
            }
        }
    }

    static Socket open(int proxyPort, String authority) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), proxyPort);
        socket.setSoTimeout(20_000);
        String head = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        var answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            int c = socket.getInputStream().read();
            if (c < 0) {
                socket.close();
                throw new IOException("no answer to CONNECT: " + answer);
            }
            answer.append((char) c);
        }
        if (!answer.toString().startsWith("HTTP/1.1 200 ")) {
            socket.close();
            throw new IOException(answer.toString());
        }
        return socket;
    }

    /** Ends each tunnel after its round, and waits for that. */
    @Override
    public void close() {
        stopping = true;
        for (Thread thread : threads) {
            try {
                thread.join(30_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
