package io.weir.proxyengine;

import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;

/**
 * A socket that speaks TLS, whoever is at its other end: how it says goodbye, and what it needs for each byte to be counted. Event loop of the socket.
 */
final class SecureSocket {
    private static final long LINGER_NANOS = 2_000_000_000L;

    private final SocketChannel socket;
    private final Tls tls;
    private final SocketCounts counts;
    private boolean leaving;
    private long leavingSinceNanos;

    SecureSocket(SocketChannel socket, Tls tls, SocketCounts counts) {
        this.socket = socket;
        this.tls = tls;
        this.counts = counts;
    }

    /**
     * Nothing more is to be said: says goodbye and sends FIN, then waits for the other's, a while. Its own goodbye may be on its way, and closing with
     * bytes unread would reset the connection, and leave them uncounted.
     *
     * @return whether it waits; else it is closed
     */
    boolean sayGoodbye() {
        if (!socket.isActive() || socket.isInputShutdown()) {
            socket.close();
            return false;
        }
        leaving = true;
        leavingSinceNanos = System.nanoTime();
        counts.discard();
        tls.closeOutbound().addListener(said -> {
            if (socket.isActive()) {
                socket.shutdownOutput();
            }
        });
        socket.config().setAutoRead(true);
        return true;
    }

    /** Whether it has said goodbye. */
    boolean isLeaving() {
        return leaving;
    }

    /** Whether the other side has had long enough to say so, too. */
    boolean hasWaited(long nowNanos) {
        return leaving && nowNanos - leavingSinceNanos > LINGER_NANOS;
    }

    /** Says how much it holds of a record that is not whole yet. */
    static final class Tls extends SslHandler {
        Tls(SSLEngine engine) {
            super(engine);
        }

        Tls(SSLEngine engine, Executor tasks) {
            super(engine, tasks);
        }

        int undecoded() {
            return actualReadableBytes();
        }
    }
}
