package io.weir.proxyengine;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.eventbus.CloseReason;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One race of an origin's addresses (RFC 8305 §5): the next starts when the one before it failed, or after {@value #STAGGER_MILLIS} ms without an
 * answer; the first to connect wins and the others are given up. Event loop only.
 *
 * <p>The deadline covers resolution too. A single address needs no timer of ours: the channel has one.
 */
final class ConnectAttempt {
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
        deadline = loop.schedule(() -> fail(timeout()), timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    void start(List<InetSocketAddress> destinations) {
        if (!over) {
            untried = destinations.iterator();
            tryNext();
        }
    }

    /** Gives up; the listener hears nothing any more. */
    void cancel() {
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
                fail(unreachable());
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
                        loop.execute(() -> ended(connect));
                    }
                });
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

    private Refusal unreachable() {
        Throwable failure = lastFailure;
        if (failure instanceof ConnectTimeoutException) {
            return timeout();
        }
        if (failure instanceof BindException || isOutOfPorts(failure)) {
            return new Refusal(
                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                    "connection_limit_reached",
                    "no local port or file is left to connect to " + authority,
                    CloseReason.OVERLOADED);
        }
        boolean refused =
                failure instanceof java.net.ConnectException && message(failure).contains("refused");
        return new Refusal(
                HttpResponseStatus.BAD_GATEWAY,
                refused ? "connection_refused" : "destination_ip_unroutable",
                refused ? authority + " refused the connection" : authority + " cannot be reached",
                CloseReason.CONNECT_FAILED);
    }

    private static boolean isOutOfPorts(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = message(cause);
            if (message.contains("assign requested address") || message.contains("Too many open files")) {
                return true;
            }
        }
        return false;
    }

    private static String message(@Nullable Throwable failure) {
        String message = failure == null ? null : failure.getMessage();
        return message == null ? "" : message;
    }

    private Refusal timeout() {
        return new Refusal(
                HttpResponseStatus.GATEWAY_TIMEOUT,
                "connection_timeout",
                authority + " did not answer in time",
                CloseReason.CONNECT_TIMEOUT);
    }
}
