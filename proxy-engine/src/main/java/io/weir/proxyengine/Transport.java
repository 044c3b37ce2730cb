package io.weir.proxyengine;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/** How the engine talks to sockets. */
public enum Transport {
    /** Linux's epoll through Netty's native library, and splice(2) for tunnels that carry much. */
    SPLICE(EpollServerSocketChannel.class, EpollSocketChannel.class, EpollDatagramChannel.class),
    /** Linux's epoll; all bytes are copied. */
    EPOLL(EpollServerSocketChannel.class, EpollSocketChannel.class, EpollDatagramChannel.class),
    /** The JDK's own, anywhere. A reset is noticed at the next read or write only. */
    NIO(NioServerSocketChannel.class, NioSocketChannel.class, NioDatagramChannel.class);

    private final Class<? extends ServerSocketChannel> serverChannel;
    private final Class<? extends SocketChannel> channel;
    private final Class<? extends DatagramChannel> datagramChannel;

    Transport(
            Class<? extends ServerSocketChannel> serverChannel,
            Class<? extends SocketChannel> channel,
            Class<? extends DatagramChannel> datagramChannel) {
        this.serverChannel = serverChannel;
        this.channel = channel;
        this.datagramChannel = datagramChannel;
    }

    /** The best one that works here. */
    public static Transport best() {
        return Epoll.isAvailable() ? SPLICE : NIO;
    }

    /** Whether sockets can be had without channels: whatever goes through epoll. */
    boolean hasRawSockets() {
        return this != NIO;
    }

    IoHandlerFactory handlers() {
        return this == NIO ? NioIoHandler.newFactory() : EpollGuard.newFactory();
    }

    Class<? extends ServerSocketChannel> serverChannel() {
        return serverChannel;
    }

    Class<? extends SocketChannel> channel() {
        return channel;
    }

    Class<? extends DatagramChannel> datagramChannel() {
        return datagramChannel;
    }
}
