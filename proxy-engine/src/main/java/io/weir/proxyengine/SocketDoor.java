package io.weir.proxyengine;

import io.netty.channel.epoll.LinuxSocket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A door of one listening socket for each event loop, all on the same address (SO_REUSEPORT), so that a connection is accepted, served
 * and closed by one thread, and no loop has to be woken for it.
 *
 * <p>Sharing an address with others would be sharing its clients with them, another node for instance. So the first socket is bound and listens without
 * SO_REUSEPORT, which fails when anybody listens there, sharing or not; only then may the others join it. Binding alone proves nothing: the
 * kernel lets two that do not listen yet bind one address. It lets none but this user's processes join.
 */
final class SocketDoor implements Door {
    private static final Logger log = LoggerFactory.getLogger(SocketDoor.class);

    private static final int TRIES_TO_LISTEN = 10;
    private static final long MOST_NANOS_BETWEEN = 20_000_000;

    private final List<LinuxSocket> sockets;
    private final ListenerConfig config;
    private final InetSocketAddress address;
    private final AcceptLimit limit;
    private final List<ClientListener> listeners = new ArrayList<>();

    private SocketDoor(List<LinuxSocket> sockets, ListenerConfig config, InetSocketAddress address, AcceptLimit limit) {
        this.sockets = sockets;
        this.config = config;
        this.address = address;
        this.limit = limit;
    }

    /**
     * Takes the address.
     *
     * @param count of sockets, one for each loop
     * @throws EngineException if it is not to be had
     */
    static SocketDoor bind(ListenerConfig config, int count, AcceptLimit limit) {
        InetSocketAddress address = config.address();
        List<LinuxSocket> sockets = new ArrayList<>(count);
        try {
            LinuxSocket first = listenAlone(address, sockets);
            first.setReusePort(true);
            InetSocketAddress actual = first.localAddress();
            while (sockets.size() < count) {
                LinuxSocket next = socket(address, sockets);
                next.setReusePort(true);
                next.bind(actual);
                next.listen(BACKLOG);
            }
            return new SocketDoor(sockets, config, actual, limit);
        } catch (IOException | RuntimeException e) {
            sockets.forEach(SocketDoor::close);
            throw Door.cannotListen(address, e);
        }
    }

    /**
     * The socket that listens where nobody else does. The kernel may refuse both of two that begin to listen at the same moment, since each
     * already counts as listening when the other is looked at; so whoever is refused there, and was not when it bound, tries again a little later.
     */
    private static LinuxSocket listenAlone(InetSocketAddress address, List<LinuxSocket> sockets) throws IOException {
        for (int left = TRIES_TO_LISTEN - 1; ; left--) {
            LinuxSocket socket = socket(address, sockets);
            socket.bind(address);
            try {
                socket.listen(BACKLOG);
                return socket;
            } catch (IOException refused) {
                if (left == 0) {
                    throw refused;
                }
                sockets.remove(socket);
                close(socket);
                LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(MOST_NANOS_BETWEEN));
            }
        }
    }

    private static LinuxSocket socket(InetSocketAddress address, List<LinuxSocket> sockets) throws IOException {
        LinuxSocket socket = LinuxSocket.newSocketStream(address.getAddress() instanceof Inet6Address);
        sockets.add(socket);
        socket.setReuseAddress(true);
        socket.setTcpNoDelay(true); // what is accepted inherits both
        socket.setKeepAlive(true);
        return socket;
    }

    @Override
    public ListenerConfig config() {
        return config;
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void open(List<EngineLoop> loops) {
        for (int i = 0; i < sockets.size(); i++) {
            var listener = new ClientListener(sockets.get(i), loops.get(i), loops, limit, config);
            listeners.add(listener);
            loops.get(i).eventLoop().submit(listener::open).syncUninterruptibly();
        }
    }

    @Override
    public void close() {
        for (ClientListener listener : listeners) {
            if (!listener.loop().eventLoop().isTerminated()) { // a loop that is lost accepts nothing
                listener.loop().eventLoop().submit(listener::stop).awaitUninterruptibly();
            }
        }
        sockets.forEach(SocketDoor::close); // if it was never opened
    }

    private static void close(LinuxSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("closing a listener failed", e);
        }
    }
}
