package io.weir.proxyengine;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One race of an origin's addresses (RFC 8305 §5): the next starts when the one before it failed, or after {@value #STAGGER_MILLIS} ms without an
 * answer; the first to connect wins and the others are given up. Event loop only.
 *
 * <p>The deadline covers resolution too. A single address needs no timer of ours: the channel has one.
 */
final class ConnectAttempt implements Connecting {
    private static final Logger log = LoggerFactory.getLogger(ConnectAttempt.class);
    private static final long STAGGER_MILLIS = 250;

    private final EventLoop loop;
    private final Bootstrap bootstrap;
    private final Authority authority;
    private final ConnectListener listener;
    private final Future<?> deadline;
    private final List<ChannelFuture> running = new ArrayList<>(1);
    private Iterator<InetSocketAddress> untried = List.<InetSocketAddress>of().iterator();
    private @Nullable Future<?> stagger;
    private @Nullable Throwable lastFailure;
    private boolean over;

    ConnectAttempt(
            EventLoop loop, Bootstrap bootstrap, Duration timeout, Authority authority, ConnectListener listener) {
        this.loop = loop;
        this.bootstrap = bootstrap;
        this.authority = authority;
        this.listener = listener;
        deadline =
                loop.schedule(() -> fail(ConnectFailure.timeout(authority)), timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    void start(List<InetSocketAddress> destinations) {
        if (!over) {
            untried = destinations.iterator();
            tryNext();
        }
    }

    @Override
    public void cancel() {
        end(null);
    }

    void fail(Refusal refusal) {
        if (!over) {
            end(null);
            listener.failed(refusal);
        }
    }

    private void tryNext() {
        if (!untried.hasNext()) {
            if (running.isEmpty()) {
                fail(ConnectFailure.refusal(authority, lastFailure));
            }
            return;
        }
        ChannelFuture connect = bootstrap.connect(untried.next());
        running.add(connect);
        if (untried.hasNext()) {
            stagger = loop.schedule(this::tryNext, STAGGER_MILLIS, TimeUnit.MILLISECONDS);
        }
        connect.addListener(
                done -> { // without a file for it, Netty fails the connect on a thread of its own
                    if (loop.inEventLoop()) {
                        ended(connect);
                    } else {
                        endedElsewhere(connect);
                    }
                });
    }

    private void endedElsewhere(ChannelFuture connect) {
        try {
            loop.execute(() -> ended(connect));
        } catch (RejectedExecutionException stopped) {
            log.debug("a connect failed when the engine had stopped");
        }
    }

    private void ended(ChannelFuture connect) {
        running.remove(connect);
        if (over) {
            close(connect.channel());
            return;
        }
        if (connect.isSuccess()) {
            end(connect.channel());
            listener.connected(connect.channel());
            return;
        }
        lastFailure = connect.cause();
        if (stagger != null) {
            stagger.cancel(false);
        }
        tryNext();
    }

    private void end(@Nullable Channel winner) {
        over = true;
        deadline.cancel(false);
        if (stagger != null) {
            stagger.cancel(false);
        }
        for (ChannelFuture connect : List.copyOf(running)) {
            if (!connect.channel().equals(winner)) {
                close(connect.channel());
            }
        }
    }

    /** One that got no file was never registered, and cannot be closed. */
    private static void close(Channel channel) {
        if (channel.isRegistered()) {
            channel.close();
        }
    }
}
