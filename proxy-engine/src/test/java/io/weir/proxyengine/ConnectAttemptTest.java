package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.weir.eventbus.CloseReason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An attempt for which the system gives no file, which Netty reports in a way of its own. */
class ConnectAttemptTest {
    /** How an attempt ended, and whether on its loop. */
    private record End(Refusal refusal, boolean onLoop) {}

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final Bootstrap withoutFiles = new Bootstrap()
            .group(loop)
            .channelFactory(() -> {
                throw new ChannelException("Unable to create Channel", new IOException("Too many open files"));
            })
            .handler(new ChannelInboundHandlerAdapter());

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private ConnectAttempt attempt(ConnectListener listener) {
        var authority = new Authority("127.0.0.1", 9);
        return new ConnectAttempt(loop, withoutFiles, Duration.ofSeconds(5), authority, listener);
    }

    @Test
    void withoutAFileForItTheListenerHearsOnItsLoopThatTheNodeHasNoRoom() throws Exception {
        var end = new CompletableFuture<End>();
        loop.execute(() ->
                attempt(new Listener(end)).start(List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9))));

        assertThat(end.get(30, TimeUnit.SECONDS).onLoop()).isTrue();
        assertThat(end.get().refusal().reason()).isEqualTo(CloseReason.OVERLOADED);
        assertThat(end.get().refusal().status().code()).isEqualTo(503);
    }

    @Test
    void anAttemptWithoutAFileCanBeCancelled() throws Exception {
        var cancelled = new CompletableFuture<Boolean>();
        var end = new CompletableFuture<End>();
        loop.execute(() -> {
            ConnectAttempt attempt = attempt(new Listener(end));
            attempt.start(List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9)));
            attempt.cancel();
            loop.execute(() -> cancelled.complete(true));
        });

        assertThat(cancelled.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(end).isNotDone();
    }

    private final class Listener implements ConnectListener {
        private final CompletableFuture<End> end;

        Listener(CompletableFuture<End> end) {
            this.end = end;
        }

        @Override
        public void connected(Channel origin) {
            end.completeExceptionally(new AssertionError("connected without a file"));
        }

        @Override
        public void failed(Refusal refusal) {
            end.complete(new End(refusal, loop.inEventLoop()));
        }
    }
}
