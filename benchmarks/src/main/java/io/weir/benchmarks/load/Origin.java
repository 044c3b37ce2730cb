package io.weir.benchmarks.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What the clients want to reach: on loopback, a thread a connection. It hears from the first byte who talks:
 *
 * <pre>
 *   D length:8   sends that many bytes                 U length:8   reads that many bytes, then answers their number:8
 *   GET …        answers with a body of the size that the path states, again and again
 * </pre>
 */
final class Origin implements AutoCloseable {
    private final ServerSocket listener;
    private final ExecutorService threads;
    private final Connections connections;

    private Origin(ServerSocket listener, Connections connections) {
        this.listener = listener;
        this.connections = connections;
        threads = Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task, "load-origin");
            thread.setDaemon(true);
            return thread;
        });
    }

    static Origin start(Connections connections) throws IOException {
        var origin = new Origin(new ServerSocket(0, 4_096, InetAddress.getLoopbackAddress()), connections);
        origin.threads.execute(origin::accept);
        return origin;
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                threads.execute(() -> serve(socket));
            }
        } catch (IOException e) {
            if (!listener.isClosed()) {
                connections.failed(e);
            }
        }
    }

    private void serve(Socket accepted) {
        try (Socket socket = connections.own(accepted)) {
            socket.setTcpNoDelay(true);
            var wire = new Wire(socket);
            byte first = wire.read(1)[0];
            if (first == 'D') {
                wire.writeFiller(number(wire));
            } else if (first == 'U') {
                long length = number(wire);
                long before = wire.bytesRead();
                wire.skip(length);
                wire.write(ByteBuffer.allocate(Long.BYTES)
                        .putLong(wire.bytesRead() - before)
                        .array());
            } else {
                serveRequests(wire);
            }
            socket.shutdownOutput();
            wire.requireEnd(); // wait for it, so that nothing of ours is cut off
        } catch (IOException e) {
            // the end, or the client knows: it counts what did not come
        }
    }

    private static long number(Wire wire) throws IOException {
        return ByteBuffer.wrap(wire.read(Long.BYTES)).getLong();
    }

    private static void serveRequests(Wire wire) throws IOException {
        while (true) {
            String head = wire.readHead();
            int end = head.indexOf(" HTTP/");
            long length = Long.parseLong(head.substring(head.lastIndexOf('/', end) + 1, end));
            wire.writeAscii("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: " + length
                    + "\r\n\r\n");
            wire.writeFiller(length);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdown();
    }
}
