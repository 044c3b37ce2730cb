package io.weir.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the clients want to reach, on several loopback addresses and one port. The first byte of a connection says who
 * is talking: {@link PieceOrigin} for pieces of bulk data, {@link HttpOrigin} for requests, in TLS too, {@link
 * EchoOrigin}.
 */
final class Origin implements AutoCloseable {
    private static final int BACKLOG = 4096;
    private static final byte CLIENT_HELLO = 22; // a TLS record of the handshake

    private final List<EventLoop> loops;
    private final List<ServerSocketChannel> listeners = new ArrayList<>();
    private @Nullable Secured secured; // made when it is first asked for
    private int port;

    private Origin(List<EventLoop> loops, int port) {
        this.loops = loops;
        this.port = port;
    }

    /**
     * Listens.
     *
     * @param port 0 takes a free one
     * @param addresses on how many addresses, from 127.0.0.1 on
     */
    static Origin start(int port, int addresses, int threads) throws IOException {
        var origin = new Origin(EventLoop.start(threads, "load-origin"), port);
        try {
            for (int i = 0; i < addresses; i++) {
                origin.listen(i);
            }
        } catch (IOException e) {
            origin.close();
            throw new IOException("origin: cannot listen on port " + origin.port + ": " + e.getMessage(), e);
        }
        return origin;
    }

    /** The same with a certificate that is there already. */
    static Origin start(int port, int addresses, int threads, Identity identity) throws IOException {
        Origin origin = start(port, addresses, threads);
        synchronized (origin) {
            origin.secured = new Secured(identity, Tls.server(identity));
        }
        return origin;
    }

    private void listen(int index) throws IOException {
        var listener = ServerSocketChannel.open();
        listeners.add(listener);
        listener.bind(new InetSocketAddress(Route.loopback(1 + index), port), BACKLOG);
        port = listener.socket().getLocalPort();
        EventLoop loop = loops.get(index % loops.size());
        loop.register(listener, SelectionKey.OP_ACCEPT, key -> accept(loop, (ServerSocketChannel) key.channel()));
        loop.wakeUp();
    }

    int port() {
        return port;
    }

    /** What it says over TLS. */
    private record Secured(Identity identity, Tls tls) {}

    /** Its certificate and key. The first call takes a second. Any thread. */
    Identity identity() throws IOException {
        return secured().identity;
    }

    private synchronized Secured secured() throws IOException {
        Secured made = secured;
        if (made == null) {
            Identity identity = Identity.ofOrigin();
            made = new Secured(identity, Tls.server(identity));
            secured = made;
        }
        return made;
    }

    private void accept(EventLoop loop, ServerSocketChannel listener) {
        try {
            for (SocketChannel accepted = listener.accept(); accepted != null; accepted = listener.accept()) {
                SocketWire.serve(loop, accepted, new FirstByte(this));
            }
        } catch (IOException e) {
            // out of files, or the connection is gone: the client counts what did not come
        }
    }

    @Override
    public void close() throws IOException {
        loops.forEach(EventLoop::close);
        for (ServerSocketChannel listener : listeners) {
            listener.close();
        }
    }

    /** Finds out who is talking. */
    private static final class FirstByte implements OriginConversation {
        private final Origin origin;

        FirstByte(Origin origin) {
            this.origin = origin;
        }

        @Override
        public void received(Wire wire, ByteBuffer bytes) throws IOException {
            byte first = bytes.get(bytes.position());
            if (first == CLIENT_HELLO) {
                origin.secured().tls.start(wire, new ByProtocol()).received(wire, bytes);
                return;
            }
            Conversation next = switch (first) {
                case Filler.FIRST -> new EchoOrigin();
                case PieceOrigin.COUNTED, PieceOrigin.VERIFIED -> new PieceOrigin();
                default -> new HttpOrigin();
            };
            wire.handOverTo(next);
            next.received(wire, bytes);
        }
    }

    /** Finds out which HTTP is spoken inside TLS. */
    private static final class ByProtocol implements OriginConversation {
        @Override
        public void opened(Wire wire) throws IOException {
            boolean isH2 = wire instanceof TlsWire secure && secure.protocol().equals(Tls.H2);
            Conversation next = isH2 ? new H2Origin() : new HttpOrigin();
            wire.handOverTo(next);
            next.opened(wire);
        }

        @Override
        public void received(Wire wire, ByteBuffer bytes) throws IOException {
            throw new IOException("something came before TLS was there");
        }
    }
}
