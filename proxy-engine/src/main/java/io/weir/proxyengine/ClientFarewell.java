package io.weir.proxyengine;

import io.netty.buffer.Unpooled;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;

/**
 * Ends the client's connection of an intercepted tunnel so that all it was sent arrives: close_notify, FIN, and then the client's own end is
 * awaited, as closing with bytes unread would reset the connection. Event loop of the channel.
 */
final class ClientFarewell {
    private static final long LINGER_NANOS = 2_000_000_000L;

    private final SocketChannel client;
    private boolean clientSaidGoodbye;
    private long lingerUntilNanos;

    ClientFarewell(SocketChannel client) {
        this.client = client;
    }

    /** The client's stream of TLS has ended in order: it takes nothing more, so there will be nothing to linger for. */
    void clientSaidGoodbye() {
        clientSaidGoodbye = true;
    }

    /** Says goodbye after what was written; {@link #sweep} does the rest. */
    void begin() {
        lingerUntilNanos = System.nanoTime() + LINGER_NANOS;
        client.flush();
        SslHandler tls = client.pipeline().get(SslHandler.class);
        if (tls == null) {
            sendFin();
        } else if (clientSaidGoodbye) {
            client.close();
        } else {
            tls.closeOutbound().addListener(said -> sendFin());
        }
    }

    private void sendFin() {
        if (!client.isActive()) {
            return;
        }
        if (client.isInputShutdown()) {
            client.close();
            return;
        }
        client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
            if (client.isActive()) {
                client.shutdownOutput();
            }
        });
        client.config().setAutoRead(true);
    }

    /** Closes when the client has ended, too, or has had time to. */
    void sweep(long nowNanos) {
        if (client.isActive() && (nowNanos - lingerUntilNanos > 0 || client.isInputShutdown())) {
            client.pipeline().firstContext().close();
        }
    }
}
