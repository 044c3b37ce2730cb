package io.weir.proxyengine;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.ssl.SslCloseCompletionEvent;

/**
 * Tells the handlers behind it how the stream ended, once: as a {@link StreamEnd}, whether there is TLS or not. For a decoder of messages that an orderly end may complete
 * {@link ChannelInputShutdownEvent} goes before it. Behind TLS, before whatever reads. Event loop of its channel.
 */
final class EndTeller extends ChannelInboundHandlerAdapter {
    private final boolean isTls;
    private final Runnable whenFin;
    private boolean told;

    /**
     * Makes a teller.
     *
     * @param whenFin hears that the socket has sent FIN, however the stream above it ended
     */
    EndTeller(boolean isTls, Runnable whenFin) {
        this.isTls = isTls;
        this.whenFin = whenFin;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslCloseCompletionEvent closed) {
            if (closed.isSuccess()) {
                tell(ctx, StreamEnd.ORDERLY);
            }
        } else if (event instanceof ChannelInputShutdownEvent) {
            tell(ctx, isTls ? StreamEnd.TRUNCATED : StreamEnd.ORDERLY);
            whenFin.run();
        } else if (!(event instanceof ChannelInputShutdownReadComplete)) {
            ctx.fireUserEventTriggered(event);
        }
    }

    private void tell(ChannelHandlerContext ctx, StreamEnd end) {
        if (told) {
            return;
        }
        told = true;
        if (end == StreamEnd.ORDERLY) {
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
        ctx.fireUserEventTriggered(end);
    }
}
