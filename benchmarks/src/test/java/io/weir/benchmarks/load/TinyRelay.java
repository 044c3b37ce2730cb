package io.weir.benchmarks.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** The smallest proxy for CONNECT there can be, which counts what it read from clients and wrote to them. */
final class TinyRelay implements AutoCloseable {
    static final String ANSWER = "HTTP/1.1 200 Connection established\r\n\r\n";

    final AtomicLong fromClients = new AtomicLong();
    final AtomicLong toClients = new AtomicLong();
    private final ServerSocket listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final String answer;
    private final byte[] firstDown;
    private volatile int instead; // of the port that the client asks for; 0 for none
    private volatile CountDownLatch gate = new CountDownLatch(0);

    private TinyRelay(String answer, byte[] firstDown) throws IOException {
        this.answer = answer;
        this.firstDown = firstDown;
    }

    static TinyRelay start() throws IOException {
        return start(ANSWER);
    }

    /** One that answers each CONNECT with these words, and then carries on. */
    static TinyRelay start(String answer) throws IOException {
        return start(answer, new byte[0]);
    }

    /** One that puts some bytes of its own in front of what the origin sends. */
    static TinyRelay start(String answer, byte[] firstDown) throws IOException {
        var relay = new TinyRelay(answer, firstDown);
        spawn(relay::accept);
        return relay;
    }

    /** One that leads every client to a port, whatever it asks for, as one that answers for the origin. */
    static TinyRelay startTo(int port) throws IOException {
        TinyRelay relay = start();
        relay.instead = port;
        return relay;
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort());
    }

    /** Carries nothing towards clients until the answer is opened. */
    CountDownLatch stall() {
        gate = new CountDownLatch(1);
        return gate;
    }

    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private static void spawn(Step step) {
        var thread = new Thread(() -> {
            try {
                step.run();
            } catch (IOException | InterruptedException e) {
                // the end of a connection or of the test
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listener.accept();
            spawn(() -> serve(client));
        }
    }

    private void serve(Socket client) throws IOException, InterruptedException {
        client.setTcpNoDelay(true);
        String target = readHead(client.getInputStream()).split(" ", 3)[1];
        int colon = target.indexOf(':');
        int port = instead == 0 ? Integer.parseInt(target.substring(colon + 1)) : instead;
        try (client;
                var origin = new Socket(target.substring(0, colon), port)) {
            origin.setTcpNoDelay(true);
            write(client.getOutputStream(), answer.getBytes(StandardCharsets.US_ASCII));
            write(client.getOutputStream(), firstDown);
            spawn(() -> carryUp(client, origin));
            byte[] bytes = new byte[64 * 1024];
            InputStream down = origin.getInputStream();
            for (int count = down.read(bytes); count >= 0; count = down.read(bytes)) {
                gate.await();
                write(client.getOutputStream(), Arrays.copyOf(bytes, count));
            }
        }
    }

    private void carryUp(Socket client, Socket origin) throws IOException {
        byte[] bytes = new byte[64 * 1024];
        InputStream up = client.getInputStream();
        try (origin) {
            for (int count = up.read(bytes); count >= 0; count = up.read(bytes)) {
                fromClients.addAndGet(count);
                origin.getOutputStream().write(bytes, 0, count);
            }
        }
    }

    private String readHead(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no head");
            }
            head.append((char) next);
            fromClients.incrementAndGet();
        }
        return head.toString();
    }

    private void write(OutputStream out, byte[] bytes) throws IOException {
        toClients.addAndGet(bytes.length); // first: who has read the bytes must find them counted
        out.write(bytes);
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
