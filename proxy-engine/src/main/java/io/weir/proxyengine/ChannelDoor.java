package io.weir.proxyengine;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A door of one Netty channel, which deals its clients out to the loops in turn: for transports without raw sockets. */
final class ChannelDoor implements Door {
    private final Channel listener;
    private final InetSocketAddress address;
    private final ClientInitializer clients;

    private ChannelDoor(Channel listener, ClientInitializer clients) {
        this.listener = listener;
        this.clients = clients;
        address = (InetSocketAddress) listener.localAddress();
    }

    /**
     * Takes the address.
     *
     * @throws EngineException if it is not to be had
     */
    static ChannelDoor bind(
            EventLoopGroup group, EngineConfig config, ListenerConfig listener, AcceptLimit limit, FrugalReads reads) {
        var clients = new ClientInitializer(listener);
        ChannelFuture bound = new ServerBootstrap()
                .group(group)
                .channel(config.network().transport().serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false) // until the loops know what is ours
                .handler(limit)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, reads)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, ChannelTuning.waterMark())
                .childHandler(clients)
                .bind(listener.address())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw Door.cannotListen(listener.address(), bound.cause());
        }
        return new ChannelDoor(bound.channel(), clients);
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public CompletableFuture<Void> open(List<EngineLoop> all) {
        all.forEach(loop -> clients.loops.put(loop.eventLoop(), loop));
        return CompletableFuture.runAsync(() -> listener.config().setAutoRead(true), listener.eventLoop());
    }

    @Override
    public CompletableFuture<Void> become(ListenerConfig other) {
        clients.config = other;
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> close() {
        if (listener.eventLoop().isTerminated()) { // it is lost, and has closed it
            return CompletableFuture.completedFuture(null);
        }
        var closed = new CompletableFuture<Void>();
        listener.close().addListener(done -> closed.complete(null));
        return closed;
    }

    /** Gives each accepted connection to its loop. */
    private static final class ClientInitializer extends ChannelInitializer<SocketChannel> {
        private final Map<EventLoop, EngineLoop> loops =
                new HashMap<>(); // complete before the first client is accepted
        private volatile ListenerConfig config;

        ClientInitializer(ListenerConfig config) {
            this.config = config;
        }

        @Override
        protected void initChannel(SocketChannel client) {
            EngineLoop loop = loops.get(client.eventLoop());
            if (loop == null) {
                throw new IllegalStateException("no engine loop for " + client.eventLoop());
            }
            ListenerConfig listener = config;
            Caller caller = Caller.of(listener, client.remoteAddress());
            if (listener.isPlainHttp()) {
                new ClientHandler(loop, client, caller).begin(loop.sweep().nowNanos(), 0);
            } else {
                NewChannel.begin(loop, client, caller);
            }
        }
    }
}
