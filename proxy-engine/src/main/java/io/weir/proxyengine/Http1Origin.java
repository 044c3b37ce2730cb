package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.weir.eventbus.CloseReason;
import org.jspecify.annotations.Nullable;

/**
 * A connection of HTTP/1.1 to the origin of an intercepted tunnel: carries one exchange at a time. Event loop of its channel, which is the
 * client's.
 *
 * <p>After anything but a clean end of an exchange it is closed: whatever more came was not asked for.
 */
final class Http1Origin extends ChannelInboundHandlerAdapter implements ByteSink, OriginSide {
    private static final int SMALL_BYTES = 16 * 1024;

    private final OriginLinks links;
    private final EngineLoop loop;
    private final SocketChannel channel;
    private final OriginFacts facts;
    private final ResponseDecoder decoder = new ResponseDecoder(this);
    private final WriteMeter writes = new WriteMeter();
    private @Nullable InterceptedExchange exchange;
    private Body body = Body.NONE;
    private boolean upgradeAsked;
    private boolean connectAsked;
    private boolean raw;
    private boolean responseEnded;
    private boolean keepsAlive;
    private boolean used;
    private boolean ended;

    Http1Origin(OriginLinks links, EngineLoop loop, SocketChannel channel, OriginFacts facts) {
        this.links = links;
        this.loop = loop;
        this.channel = channel;
        this.facts = facts;
    }

    void begin() {
        channel.pipeline().addLast(writes, decoder, this);
        HeldInput.release(channel);
        channel.config().setAutoRead(true);
    }

    @Override
    public OriginFacts facts() {
        return used ? new OriginFacts(facts.address(), facts.protocol(), facts.certificate(), -1, -1) : facts;
    }

    boolean isIdle() {
        return exchange == null && channel.isActive();
    }

    /** Whether it carried an exchange before, so that its end now need not be a fault. */
    boolean isUsed() {
        return used;
    }

    /** Whether it said with its last answer that the connection ends, and so nothing about whether the next one would. */
    boolean saidItsEnd() {
        return used && !keepsAlive;
    }

    /** Is the exchange's until that is over. */
    void take(InterceptedExchange next) {
        exchange = next;
        responseEnded = false;
        writes.target(next.meter(), Leg.ORIGIN_UP);
    }

    /** The same, for bytes from the first on; {@link #goRaw} follows when the exchange has us. */
    void takeRaw(InterceptedExchange next) {
        raw = true;
        take(next);
    }

    /** Passes on bytes from now on. */
    void goRaw() {
        raw = true;
        body = Body.UNTIL_CLOSE;
        channel.config().setAutoRead(true);
        channel.pipeline().remove(decoder); // what it holds passes on to us
    }

    @Override
    public void consumed(long bytes) {
        count(bytes);
    }

    private void count(long bytes) {
        InterceptedExchange current = exchange;
        if (current != null && current.meter().isOpen()) {
            current.meter().originDown(bytes);
        }
    }

    // ---- the request ----

    @Override
    public void request(RequestHead head, boolean last) {
        if (raw) {
            return;
        }
        HttpHeaders fields = head.isHttp2() ? Http2Fields.toHttp1(head, last) : head.fields();
        HttpVersion version = head.isHttp2() ? HttpVersion.HTTP_1_1 : head.version();
        body = ForwardedHead.bodyToOrigin(fields);
        connectAsked = head.method().equals("CONNECT");
        upgradeAsked = Fields.asksForUpgrade(fields);
        decoder.expectResponseTo(HttpMethod.valueOf(head.method()));
        channel.write(
                loop.http().heads().request(channel.alloc(), head.method(), head.target(), version, fields),
                channel.voidPromise());
    }

    @Override
    public void content(ByteBuf data, boolean last) {
        boolean large = data.readableBytes() > SMALL_BYTES;
        if (responseEnded && !raw && !channel.isActive()) {
            data.release();
            return;
        }
        body.write(channel, data, last ? EmptyHttpHeaders.INSTANCE : null, promise(last));
        if (large) {
            channel.flush();
        }
        if (last && raw) {
            endOutput();
        }
    }

    @Override
    public void trailers(HttpHeaders fields) {
        body.write(channel, Unpooled.EMPTY_BUFFER, fields, promise(true));
    }

    /** A request may end after its answer. */
    private ChannelPromise promise(boolean last) {
        InterceptedExchange current = exchange;
        if (!last || !responseEnded || raw || current == null) {
            return channel.voidPromise();
        }
        return channel.newPromise().addListener(written -> {
            if (current.equals(exchange)) {
                release(current);
            }
        });
    }

    /** FIN, or close_notify, after what was written. */
    private void endOutput() {
        ChannelPromise written = channel.newPromise();
        written.addListener(done -> links.endOutput(channel));
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER, written);
    }

    @Override
    public void flush() {
        loop.http().flushes().flushSoon(channel);
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        InterceptedExchange current = exchange;
        if (current != null && channel.isWritable()) {
            current.originWritable();
        }
    }

    // ---- the response ----

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        InterceptedExchange current = exchange;
        if (msg instanceof ByteBuf bytes && raw && current != null) {
            count(bytes.readableBytes());
            current.responseContent(bytes, false);
        } else if (msg instanceof HttpResponse response && current != null && !responseEnded) {
            head(current, response);
        } else if (msg instanceof HttpContent content && current != null && !responseEnded && !raw) {
            content(current, content);
        } else {
            ReferenceCountUtil.release(msg);
        }
    }

    private void head(InterceptedExchange current, HttpResponse response) {
        String fault = MessageRules.fault(response, upgradeAsked);
        if (fault != null) {
            ReferenceCountUtil.release(response); // the decoder makes a full one of what is malformed
            current.refuse(Refusal.badResponse(fault));
            return;
        }
        int code = response.status().code();
        keepsAlive = ForwardedHead.keepsAlive(response.headers(), response.protocolVersion());
        boolean switches = code == 101 || (connectAsked && code >= 200 && code < 300);
        if (switches) { // before the client hears of it, which may have said something already
            raw = true;
            body = Body.UNTIL_CLOSE;
        }
        current.response(new ResponseHead(response.status(), response.headers(), response.protocolVersion()));
        if (switches && !current.isBroken()) {
            goRaw(); // after the head has passed on, which what the decoder holds follows
        }
    }

    private void content(InterceptedExchange current, HttpContent content) {
        if (content.decoderResult().isFailure()) {
            content.release();
            current.refuse(Refusal.badResponse("the origin's body is malformed"));
            return;
        }
        if (!current.isResponseBegun()) {
            content.release(); // the end of an interim response
            return;
        }
        boolean last = content instanceof LastHttpContent;
        responseEnded = last;
        if (content instanceof LastHttpContent end && !end.trailingHeaders().isEmpty()) {
            if (content.content().isReadable()) {
                current.responseContent(content.content().retain(), false);
            }
            HttpHeaders fields = end.trailingHeaders();
            content.release();
            current.responseTrailers(fields);
        } else {
            current.responseContent(content.content(), last); // the reference passes on
        }
    }

    /** Only now is it known whether more came than the response. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        InterceptedExchange current = exchange;
        if (current == null) {
            if (!raw && decoder.leftOverBytes() > 0) {
                unasked();
            }
            return;
        }
        current.responseReadComplete();
        if (responseEnded && exchange != null) {
            release(current);
        }
    }

    /** It said something that nobody asked for; for a moment it may be that this will be what it is asked for. */
    private void unasked() {
        if (!links.spokeFirst()) {
            close();
        } else if (!raw) {
            channel.config().setAutoRead(false);
        }
    }

    private void release(InterceptedExchange current) {
        int leftOver = decoder.leftOverBytes();
        if (keepsAlive && leftOver == 0 && !current.isRequestEnded() && channel.isActive() && !ended) {
            return; // it may take the rest of the request
        }
        count(leftOver);
        boolean clean = keepsAlive
                && current.isRequestEnded()
                && !current.isBroken()
                && leftOver == 0
                && writes.inFlight() == 0
                && channel.isActive()
                && !ended;
        used = true;
        if (!clean) {
            close(); // the exchange ends with the channel
            return;
        }
        exchange = null;
        channel.config().setAutoRead(true);
        current.originDone();
        links.idle(this);
    }

    @Override
    public int backlog() {
        return ChannelTuning.HIGH_WATER_BYTES
                - (int) Math.min(ChannelTuning.HIGH_WATER_BYTES, channel.bytesBeforeUnwritable());
    }

    @Override
    public void passedOn(int bytes, boolean keepsUp) {}

    @Override
    public void readOn(boolean on) {
        channel.config().setAutoRead(on);
    }

    // ---- ends ----

    @Override
    public void abandon() {
        InterceptedExchange current = exchange;
        if (current != null && (raw || !current.isRequestEnded())) {
            InterceptedTunnel.reset(channel); // an orderly end could make a part look whole
        } else {
            close();
        }
    }

    void close() {
        links.close(channel);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == StreamEnd.ORDERLY || event == StreamEnd.TRUNCATED) {
            ended = true;
            inputEnded(event == StreamEnd.TRUNCATED);
        }
    }

    private void inputEnded(boolean truncated) {
        InterceptedExchange current = exchange;
        if (current == null) {
            close();
        } else if (raw && !truncated) {
            current.responseContent(Unpooled.EMPTY_BUFFER, true);
            current.responseReadComplete();
            close();
        } else if (responseEnded) {
            release(current);
        } else {
            gone(current, CloseReason.ORIGIN_ABORTED, (truncated ? StreamEnd.TRUNCATED : StreamEnd.ORDERLY).ofOrigin());
            close();
        }
    }

    private void gone(InterceptedExchange current, CloseReason why, String what) {
        if (used && current.meter().total().originDown() == 0) {
            current.breakOff(why, what); // as the client would see it without us: it may try again
        } else {
            current.originGone(why, what);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        InterceptedExchange current = exchange;
        exchange = null;
        if (current != null) {
            if (!responseEnded) {
                gone(current, CloseReason.ORIGIN_RESET, "the origin broke the connection");
            }
            loop.eventLoop().execute(current::originDone); // after the writes that failed with the channel
        }
        links.closed(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        links.failed(channel, cause);
    }
}
