package io.weir.proxyengine;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import io.weir.eventbus.CloseReason;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears one client connection that speaks HTTP/1.1: its requests, one at a time, and its end. Event loop of its channel.
 *
 * <pre>
 *   head ──► RequestAdmission ──► RequestDispatch ──► Exchange, TunnelOpening
 *                  └──────────────────┴─────────────► ClientAnswers
 * </pre>
 *
 * <p>What becomes of the connection is the business of its {@link ClientLife}; whose each byte is say the {@link ClientBytes}.
 */
final class ClientHandler extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(ClientHandler.class);

    private final SocketChannel client;
    private final ClientBytes bytes;
    private final RequestDecoder decoder;
    private final Underway underway = new Underway();
    private final ClientLife life;

    /**
     * Makes a handler; {@link #begin} puts it to work.
     *
     * @param caller whose connection it is
     */
    ClientHandler(EngineLoop loop, SocketChannel client, Caller caller) {
        this.client = client;
        bytes = new ClientBytes(client);
        decoder = new RequestDecoder(bytes);
        life = new ClientLife(loop, client, caller, decoder, bytes, underway);
    }

    /**
     * Makes the pipeline: meter, decoder, and this.
     *
     * @param sinceNanos when the client connected
     * @param headerBytes of a load balancer's header, that were read before the first request's head
     */
    void begin(long sinceNanos, int headerBytes) {
        bytes.headerCame(headerBytes);
        client.pipeline().addLast(bytes.writes(), decoder, this);
        life.begin(sinceNanos);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        Exchange exchange = underway.exchange();
        if (life.hasLeft()) {
            ReferenceCountUtil.release(msg);
        } else if (msg instanceof HttpRequest request) {
            life.headCame(request);
            ReferenceCountUtil.release(msg); // the decoder makes a full one of what is malformed
        } else if (msg instanceof HttpContent content && exchange != null) {
            exchange.requestContent(content);
        } else {
            ReferenceCountUtil.release(msg);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        Exchange exchange = underway.exchange();
        if (exchange != null) {
            exchange.requestReadComplete();
        }
        if (decoder.waitingBytes() > HttpLimits.PIPELINED_BYTES) {
            client.config().setAutoRead(false);
        }
        life.readComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Exchange exchange = underway.exchange();
        if (exchange != null) {
            exchange.clientWritabilityChanged();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !life.hasLeft()) {
            life.inputEnded();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            log.error("client connection failed remote={}", life.caller().remote(), cause);
        }
        try {
            life.end(cause instanceof IOException ? CloseReason.CLIENT_RESET : CloseReason.INTERNAL_ERROR);
        } finally {
            client.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        life.channelEnded();
    }

    /** The client has reset the connection after so many bytes, and before there was a channel to read them. */
    void resetAfter(int read) {
        bytes.consumed(read);
        life.end(CloseReason.CLIENT_RESET);
        client.close();
    }
}
