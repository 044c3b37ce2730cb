package io.weir.proxyengine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** An address that does not answer: a listening socket whose queue is full, so that the kernel drops what more knocks. */
final class BlackHole implements AutoCloseable {
    private final ServerSocket server = new ServerSocket();
    private final List<SocketChannel> queue = new ArrayList<>();

    BlackHole() throws IOException {
        server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 1);
        for (int i = 0; i < 4; i++) {
            SocketChannel one = SocketChannel.open();
            one.configureBlocking(false);
            one.connect(server.getLocalSocketAddress());
            queue.add(one);
        }
    }

    int port() {
        return server.getLocalPort();
    }

    String authority() {
        return Peer.authority(server);
    }

    /** Lets all in who wait. */
    void open() throws IOException {
        server.setSoTimeout(20_000);
        for (int i = 0; i < queue.size(); i++) {
            server.accept().close();
        }
    }

    /** The next that gets in. */
    Peer accept() throws IOException {
        return new Peer(server.accept());
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel one : queue) {
            one.close();
        }
        server.close();
    }
}
