package io.weir.proxyengine.tls;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Netty's side of a TLS connection in tests, on one event loop: listens, answering each read with an HTTP response, or connects. */
final class TlsPeer implements AutoCloseable {
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Queue<SslHandler> handlers = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /** The port of a listener whose connections get handlers of {@code tls}. */
    int listen(Function<ByteBufAllocator, SslHandler> tls) throws Exception {
        Channel listener = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childHandler(initializer(tls))
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** Connects, and waits for the end of the handshake, good or bad. */
    SslHandler connect(int port, Function<ByteBufAllocator, SslHandler> tls) throws Exception {
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .handler(initializer(tls))
                .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .sync();
        SslHandler handler = handlers.remove();
        if (!handler.handshakeFuture().await(10, TimeUnit.SECONDS)) {
            throw new AssertionError("the handshake does not end");
        }
        return handler;
    }

    /** The handlers of the connections that came, in order. */
    Queue<SslHandler> handlers() {
        return handlers;
    }

    /** What handshakes failed with, in order. */
    Queue<Throwable> failures() {
        return failures;
    }

    private ChannelInitializer<Channel> initializer(Function<ByteBufAllocator, SslHandler> tls) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                SslHandler handler = tls.apply(channel.alloc());
                handlers.add(handler);
                handler.handshakeFuture().addListener(done -> {
                    if (!done.isSuccess()) {
                        failures.add(done.cause());
                    }
                });
                channel.pipeline().addLast(handler, new Answer());
            }
        };
    }

    private static final class Answer extends ChannelInboundHandlerAdapter {
        private static final byte[] RESPONSE =
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII);

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ((ByteBuf) message).release();
            if (context.channel().parent() != null) {
                context.writeAndFlush(Unpooled.wrappedBuffer(RESPONSE));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
