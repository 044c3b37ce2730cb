package io.weir.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Parallel downloads of one user from an {@link EndlessOrigin}, half of them by plain HTTP and half through tunnels. Each begins anew when it is cut, until it is refused by 429,
 * the proxy is gone or it is stopped. Counts every byte that came on the clients' sockets.
 */
final class Downloads {
    private static final long ENDLESS = 1L << 40;

    private final int proxyPort;
    private final String authority;
    private final String credentials;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong received = new AtomicLong();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile boolean stopping;

    private Downloads(int proxyPort, String authority, String user) {
        this.proxyPort = proxyPort;
        this.authority = authority;
        credentials = credentials(user);
    }

    static Downloads start(int proxyPort, String authority, String user, int count) {
        var downloads = new Downloads(proxyPort, authority, user);
        for (int i = 0; i < count; i++) {
            boolean isTunnel = i % 2 == 1;
            var thread = new Thread(() -> downloads.run(isTunnel), "download-" + i);
            thread.setDaemon(true);
            thread.start();
            downloads.threads.add(thread);
        }
        return downloads;
    }

    /** The password is the name. */
    static String credentials(String user) {
        return "Proxy-Authorization: Basic "
                + Base64.getEncoder().encodeToString((user + ":" + user).getBytes(StandardCharsets.UTF_8)) + "\r\n";
    }

    /** Bytes that the clients have read. */
    long received() {
        return received.get();
    }

    /** Downloads that were refused, and do not begin anew. */
    int refused() {
        return refused.get();
    }

    private void run(boolean isTunnel) {
        while (!stopping) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), proxyPort)) {
                socket.setSoTimeout(20_000);
                if (!download(socket, isTunnel)) {
                    refused.incrementAndGet();
                    return;
                }
            } catch (java.net.ConnectException gone) {
                return; // the proxy was killed
            } catch (IOException cut) {
                // again
            }
        }
    }

    /** Answers false if it is refused. */
    private boolean download(Socket socket, boolean isTunnel) throws IOException {
        InputStream in = socket.getInputStream();
        if (isTunnel) {
            say(socket, "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n" + credentials + "\r\n");
            String head = head(in);
            if (!head.startsWith("HTTP/1.1 200 ")) {
                return !head.startsWith("HTTP/1.1 429 ");
            }
            say(socket, "GET /" + ENDLESS + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
        } else {
            say(
                    socket,
                    "GET http://" + authority + "/" + ENDLESS + " HTTP/1.1\r\nHost: " + authority + "\r\n" + credentials
                            + "\r\n");
        }
        String head = head(in);
        byte[] buffer = new byte[64 * 1024];
        int n;
        while (!stopping && (n = in.read(buffer)) > 0) {
            received.addAndGet(n);
        }
        return !head.startsWith("HTTP/1.1 429 ");
    }

    private static void say(Socket socket, String head) throws IOException {
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    }

    private String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("ended in a head");
            }
            received.incrementAndGet();
            head.append((char) c);
        }
        return head.toString();
    }

    /** Ends all of them and waits for that. */
    void stop() throws InterruptedException {
        stopping = true;
        for (Thread each : threads) {
            each.join();
        }
    }
}
