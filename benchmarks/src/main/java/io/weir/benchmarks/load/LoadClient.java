package io.weir.benchmarks.load;

import io.weir.benchmarks.load.LoadOptions.Scenario;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** One client: does its operations one after the other and counts what its sockets saw. One thread. */
final class LoadClient implements Callable<Moved> {
    private final LoadOptions options;
    private final Connections connections;
    private final int operations;
    private final String origin;
    private final InetSocketAddress target;
    private Moved moved = Moved.NOTHING;

    LoadClient(LoadOptions options, Connections connections, int operations, int originPort) {
        this.options = options;
        this.connections = connections;
        this.operations = operations;
        InetSocketAddress direct = new InetSocketAddress(InetAddress.getLoopbackAddress(), originPort);
        InetSocketAddress proxy = options.proxy();
        origin = direct.getAddress().getHostAddress() + ":" + originPort;
        target = proxy != null ? proxy : direct;
    }

    /** Answers what it did, also if it could not do all. */
    @Override
    public Moved call() {
        try {
            if (options.scenario() == Scenario.KEEP_ALIVE) {
                request();
            } else {
                for (int i = 0; i < operations; i++) {
                    useTunnel();
                }
            }
        } catch (IOException | RuntimeException e) {
            connections.failed(e);
        }
        return moved;
    }

    private void useTunnel() throws IOException {
        try (Socket socket = connections.own(new Socket(target.getAddress(), target.getPort()))) {
            socket.setTcpNoDelay(true);
            var wire = new Wire(socket);
            openTunnel(wire);
            long overheadUp = wire.bytesWritten();
            long overheadDown = wire.bytesRead();
            int done = 0;
            try {
                transfer(wire);
                done = 1;
            } finally {
                moved = moved.plus(new Moved(
                        done,
                        wire.bytesWritten() - overheadUp,
                        wire.bytesRead() - overheadDown,
                        overheadUp,
                        overheadDown));
            }
        }
    }

    private void openTunnel(Wire wire) throws IOException {
        if (options.proxy() == null) {
            return;
        }
        wire.writeAscii("CONNECT " + origin + " HTTP/1.1\r\nHost: " + origin + "\r\n\r\n");
        String head = wire.readHead();
        if (Wire.statusOf(head) != 200) {
            throw new IOException("no tunnel: " + head.strip());
        }
    }

    private void transfer(Wire wire) throws IOException {
        switch (options.scenario()) {
            case DOWN -> receive(wire, options.bytes());
            case UP -> send(wire, options.bytes());
            case CONNECT -> receive(wire, 1);
            case KEEP_ALIVE -> throw new IllegalStateException("needs no tunnel");
        }
        wire.requireEnd();
    }

    private static void receive(Wire wire, long bytes) throws IOException {
        wire.writeCommand('D', bytes);
        wire.skip(bytes);
    }

    private static void send(Wire wire, long bytes) throws IOException {
        wire.writeCommand('U', bytes);
        wire.writeFiller(bytes);
        long received = ByteBuffer.wrap(wire.read(Long.BYTES)).getLong();
        if (received != bytes) {
            throw new IOException("the origin got " + received + " of " + bytes + " bytes");
        }
    }

    private void request() throws IOException {
        String prefix = options.proxy() == null ? "" : "http://" + origin;
        String head = "GET " + prefix + "/" + options.bytes() + " HTTP/1.1\r\nHost: " + origin + "\r\n\r\n";
        Wire wire = null;
        int done = 0;
        try (Socket socket = connections.own(new Socket(target.getAddress(), target.getPort()))) {
            socket.setTcpNoDelay(true);
            wire = new Wire(socket);
            while (done < operations) {
                wire.writeAscii(head);
                readResponse(wire);
                done++;
            }
        } finally {
            moved = moved(wire, done);
        }
    }

    private static Moved moved(@Nullable Wire wire, int done) {
        return wire == null ? Moved.NOTHING : new Moved(done, wire.bytesWritten(), wire.bytesRead(), 0, 0);
    }

    private void readResponse(Wire wire) throws IOException {
        String head = wire.readHead();
        if (Wire.statusOf(head) != 200 || Wire.contentLengthOf(head) != options.bytes()) {
            throw new IOException("not the response that was asked for: " + head.strip());
        }
        wire.skip(options.bytes());
    }
}
