package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Netty's request decoder behind a gate, and with an eye on each byte it takes. Event loop of its channel.
 *
 * <p>The gate falls after a request's head and after its end, until {@link #resume()}. So a body waits in its bytes until somebody can
 * take it, a later request until its turn, and what follows a CONNECT is never taken for HTTP. Bytes are reported to the
 * {@link ByteSink} as they are consumed, which makes the messages of a connection partition its bytes exactly.
 *
 * <p>When it is removed, what it has not consumed passes on to the next handler, uncounted. When the channel ends, what it has
 * not consumed is reported as consumed.
 */
final class RequestDecoder extends HttpRequestDecoder {
    private final ByteSink sink;
    private boolean open = true;
    private boolean dispatching;
    private boolean ended;
    private ChannelHandlerContext context;

    @SuppressWarnings("NullAway.Init") // the context comes with handlerAdded, before any other call
    RequestDecoder(ByteSink sink) {
        super(HttpLimits.decoderConfig());
        this.sink = sink;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    /** Opens the gate: for the body of the request whose head came last, or for the next request. */
    void resume() throws Exception {
        open = true;
        if (!dispatching && !context.isRemoved()) {
            if (actualReadableBytes() > 0) {
                channelRead(context, Unpooled.EMPTY_BUFFER);
            }
            if (!context.isRemoved()) {
                context.fireChannelReadComplete(); // what waited came with an earlier read, which is complete
            }
        }
    }

    /** Whether it has taken all that it can of what came, so that it needs more. */
    boolean isStuck() {
        return open && !dispatching;
    }

    /** Bytes that were read and not consumed yet. */
    int waitingBytes() {
        return actualReadableBytes();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        boolean outermost = !dispatching;
        dispatching = true;
        try {
            super.channelRead(ctx, msg);
        } finally {
            if (outermost) {
                dispatching = false;
            }
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out) throws Exception {
        if (!open) {
            return;
        }
        int before = buffer.readerIndex();
        super.decode(ctx, buffer, out);
        int taken = buffer.readerIndex() - before;
        if (taken > 0 && !ended) {
            sink.consumed(taken);
        }
        if (!out.isEmpty()) {
            Object last = out.get(out.size() - 1);
            open = !(last instanceof HttpRequest || last instanceof LastHttpContent);
        }
    }

    /** RFC 9112 §6.3: a request without framing fields has no body, also not the eight bytes of an old draft of WebSocket. */
    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        return !message.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
                && !message.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
    }

    /** The end of the connection completes no request. */
    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out) {}

    /** Netty's would ask for more when the gate let nothing through. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        discardSomeReadBytes();
        ctx.fireChannelReadComplete();
    }

    /** Netty's would throw away what waits behind the gate: a client that has sent its last request may still want the answers. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof ChannelInputShutdownEvent) {
            ctx.fireUserEventTriggered(event);
        } else {
            super.userEventTriggered(ctx, event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        int left = actualReadableBytes();
        ended = true;
        if (left > 0) {
            sink.consumed(left);
        }
        super.channelInactive(ctx);
    }
}
