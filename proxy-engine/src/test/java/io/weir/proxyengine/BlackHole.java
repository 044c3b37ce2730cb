package io.weir.proxyengine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** An address that does not answer: a listening socket whose queue is full, so that the kernel drops what more knocks. */
final class BlackHole implements AutoCloseable {
    private final ServerSocket server = new ServerSocket();
    private final List<SocketChannel> queue = new ArrayList<>();

    BlackHole() throws IOException {
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        for (int i = 0; i < 4; i++) {
            SocketChannel one = SocketChannel.open();
            one.configureBlocking(false);
            one.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
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

    /** Takes the first that waits and is not one of ours: it gets in when the kernel repeats its SYN, a second or so later. */
    Peer accept() throws IOException {
        List<Integer> ours = new ArrayList<>();
        for (SocketChannel one : queue) {
            ours.add(one.socket().getLocalPort());
            one.close();
        }
        server.setSoTimeout(30_000);
        while (true) {
            Socket next = server.accept();
            if (!ours.contains(next.getPort())) {
                return new Peer(next);
            }
            next.close();
        }
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel one : queue) {
            one.close();
        }
        server.close();
    }
}
