package io.weir.proxyengine;

import io.netty.channel.epoll.LinuxSocket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
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
    private final ListenerConfig config; // of those who come first
    private final InetSocketAddress address;
    private final AcceptLimit limit;
    private final List<ClientListener> listeners =
            new CopyOnWriteArrayList<>(); // one call follows another, on another thread perhaps

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
        return bind(config, count, limit, false);
    }

    /**
     * The same.
     *
     * @param joins whether part of the address may be another door's of this node, which is going to be closed
     */
    static SocketDoor bind(ListenerConfig config, int count, AcceptLimit limit, boolean joins) {
        InetSocketAddress address = config.address();
        List<LinuxSocket> sockets = new ArrayList<>(count);
        try {
            LinuxSocket first = joins ? listenBeside(address, sockets) : listenAlone(address, sockets);
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

    private static LinuxSocket listenBeside(InetSocketAddress address, List<LinuxSocket> sockets) throws IOException {
        LinuxSocket socket = socket(address, sockets);
        socket.setReusePort(true);
        socket.bind(address);
        socket.listen(BACKLOG);
        return socket;
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
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public CompletableFuture<Void> open(List<EngineLoop> loops) {
        for (int i = 0; i < sockets.size(); i++) {
            listeners.add(new ClientListener(sockets.get(i), loops.get(i), loops, limit, config));
        }
        return onEach(ClientListener::open);
    }

    @Override
    public CompletableFuture<Void> become(ListenerConfig other) {
        return onEach(listener -> listener.become(other));
    }

    @Override
    public CompletableFuture<Void> close() {
        return onEach(ClientListener::stop)
                .whenComplete((done, failure) -> sockets.forEach(SocketDoor::close)); // if it was never opened
    }

    private CompletableFuture<Void> onEach(Consumer<ClientListener> step) {
        return Door.all(listeners.stream()
                .map(listener -> Door.on(listener.loop(), () -> step.accept(listener)))
                .toList());
    }

    private static void close(LinuxSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("closing a listener failed", e);
        }
    }
}
