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

/** A door of one Netty channel, which deals its clients out to the loops in turn: for transports without raw sockets. */
final class ChannelDoor implements Door {
    private final ListenerConfig config;
    private final Channel listener;
    private final Map<EventLoop, EngineLoop> loops;

    private ChannelDoor(ListenerConfig config, Channel listener, Map<EventLoop, EngineLoop> loops) {
        this.config = config;
        this.listener = listener;
        this.loops = loops;
    }

    /**
     * Takes the address.
     *
     * @throws EngineException if it is not to be had
     */
    static ChannelDoor bind(
            EventLoopGroup group, EngineConfig config, ListenerConfig listener, AcceptLimit limit, FrugalReads reads) {
        Map<EventLoop, EngineLoop> loops = new HashMap<>(); // complete before the first client is accepted
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
                .childHandler(new ClientInitializer(listener, loops))
                .bind(listener.address())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw Door.cannotListen(listener.address(), bound.cause());
        }
        return new ChannelDoor(listener, bound.channel(), loops);
    }

    @Override
    public ListenerConfig config() {
        return config;
    }

    @Override
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    @Override
    public void open(List<EngineLoop> all) {
        all.forEach(loop -> loops.put(loop.eventLoop(), loop));
        listener.config().setAutoRead(true);
    }

    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
    }

    /** Gives each accepted connection to its loop. */
    private static final class ClientInitializer extends ChannelInitializer<SocketChannel> {
        private final ListenerConfig listener;
        private final Map<EventLoop, EngineLoop> loops;

        ClientInitializer(ListenerConfig listener, Map<EventLoop, EngineLoop> loops) {
            this.listener = listener;
            this.loops = loops;
        }

        @Override
        protected void initChannel(SocketChannel client) {
            EngineLoop loop = loops.get(client.eventLoop());
            if (loop == null) {
                throw new IllegalStateException("no engine loop for " + client.eventLoop());
            }
            Caller caller = Caller.of(listener, client.remoteAddress());
            if (listener.isPlainHttp()) {
                new ClientHandler(loop, client, caller).begin(loop.sweep().nowNanos(), 0);
            } else {
                NewChannel.begin(loop, client, caller);
            }
        }
    }
}
