package io.weir.benchmarks.load;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Opens a tunnel and hands it over to the conversation that it is for; without a proxy, a mere connection. */
final class Tunnel implements Conversation {
    private final Route route;
    private final int number;
    private final Tally tally;
    private final Conversation inside;
    private final HeadReader heads = new HeadReader();

    private Tunnel(Route route, int number, Tally tally, Conversation inside) {
        this.route = route;
        this.number = number;
        this.tally = tally;
        this.inside = inside;
    }

    /** Starts to open the tunnel of a number, which chooses its addresses. Event loop's thread. */
    static void open(EventLoop loop, Route route, int number, Tally tally, Conversation inside) {
        open(loop, route, number, route.source(number), tally, inside);
    }

    /** The same, from an address. */
    static void open(
            EventLoop loop, Route route, int number, @Nullable InetAddress source, Tally tally, Conversation inside) {
        tally.connected();
        try {
            Conversation first = route.proxy() == null ? inside : new Tunnel(route, number, tally, inside);
            SocketWire.connect(loop, route.nextHop(number), source, tally, first);
        } catch (IOException e) {
            inside.failed(e);
        }
    }

    @Override
    public void opened(Wire wire) throws IOException {
        wire.overhead(true);
        wire.send(route.connectRequest(number), 0);
    }

    @Override
    public void received(Wire wire, ByteBuffer bytes) throws IOException {
        int before = bytes.position();
        Head head = heads.read(bytes);
        tally.wasOverhead(bytes.position() - before);
        if (head == null) {
            return;
        }
        if (head.status() != 200) {
            throw new IOException("no tunnel: " + head.firstLine());
        }
        wire.overhead(false);
        wire.handOverTo(inside);
        inside.opened(wire);
        if (bytes.hasRemaining()) {
            inside.received(wire, bytes);
        }
    }

    @Override
    public void ended() {
        inside.failed(new IOException("the connection ended before the tunnel was there"));
    }

    @Override
    public void failed(IOException cause) {
        inside.failed(cause);
    }
}
