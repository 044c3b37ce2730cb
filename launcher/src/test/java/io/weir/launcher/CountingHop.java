package io.weir.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between clients and the proxy and counts every byte of their connections, independently of it. It reads to the end what the proxy says even if
 * the client has gone.
 */
final class CountingHop implements AutoCloseable {
    private final ServerSocket server;
    private final int proxyPort;
    private final AtomicLong up = new AtomicLong();
    private final AtomicLong down = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        var thread = new Thread(work, "counting-hop");
        thread.setDaemon(true);
        return thread;
    });

    private CountingHop(ServerSocket server, int proxyPort) {
        this.server = server;
        this.proxyPort = proxyPort;
    }

    static CountingHop start(int proxyPort) throws IOException {
        var hop = new CountingHop(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()), proxyPort);
        hop.threads.execute(hop::accept);
        return hop;
    }

    int port() {
        return server.getLocalPort();
    }

    /** How the proxy is given to clients. */
    String url() {
        return "http://127.0.0.1:" + port();
    }

    /** What the proxy has been sent. */
    long up() {
        return up.get();
    }

    /** What the proxy has sent. */
    long down() {
        return down.get();
    }

    boolean isIdle() {
        return open.get() == 0;
    }

    private void accept() {
        while (true) {
            try {
                Socket client = server.accept();
                open.addAndGet(2);
                var proxy = new Socket(InetAddress.getLoopbackAddress(), proxyPort);
                threads.execute(() -> carry(client, proxy, up, true));
                threads.execute(() -> carry(proxy, client, down, false));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void carry(Socket from, Socket to, AtomicLong count, boolean isUp) {
        byte[] buffer = new byte[64 * 1024];
        boolean gone = false;
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int n;
            while ((n = in.read(buffer)) > 0) {
                if (isUp) {
                    out.write(buffer, 0, n);
                    count.addAndGet(n);
                } else {
                    count.addAndGet(n);
                    gone = gone || !wrote(out, buffer, n);
                }
            }
        } catch (IOException e) {
            // a reset is an end like any other
        }
        try {
            to.shutdownOutput();
        } catch (IOException e) {
            // it is gone
        }
        open.decrementAndGet();
    }

    private static boolean wrote(OutputStream out, byte[] buffer, int n) {
        try {
            out.write(buffer, 0, n);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
