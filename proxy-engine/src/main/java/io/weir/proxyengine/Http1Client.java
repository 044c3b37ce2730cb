package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.ReferenceCountUtil;
import io.weir.eventbus.CloseReason;
import org.jspecify.annotations.Nullable;

/**
 * A client that speaks HTTP/1.1 inside an intercepted tunnel: takes its requests, one at a time, and writes the responses. Event loop of its
 * channel.
 *
 * <p>What it passes on it passes on as it came: fields, their order and case, and the kind of framing. After a switch of protocols, or when the
 * client turns out not to speak HTTP, it passes on bytes.
 */
final class Http1Client extends ChannelInboundHandlerAdapter implements ByteSink, ClientSide {
    private static final int SMALL_BYTES = 16 * 1024;

    private final InterceptedTunnel tunnel;
    private final EngineLoop loop;
    private final SocketChannel channel;
    private final RequestDecoder decoder = new RequestDecoder(this);
    private final WriteMeter writes = new WriteMeter();
    private long headBytes;
    private @Nullable InterceptedExchange exchange;
    private boolean isHead;
    private boolean keepsAlive;
    private boolean upgradeAsked;
    private boolean connectAsked;
    private boolean raw;
    private boolean ended;
    private boolean leaving;
    private boolean answered;
    private HttpVersion version = HttpVersion.HTTP_1_1;
    private Body body = Body.NONE;

    Http1Client(InterceptedTunnel tunnel) {
        this.tunnel = tunnel;
        loop = tunnel.loop();
        channel = tunnel.client();
    }

    /** Takes its place at the end of the pipeline. */
    void begin() {
        channel.pipeline().addLast(writes, decoder, this);
    }

    /** Passes on all bytes from the first on: what the client speaks is not HTTP. */
    void beginRaw() {
        raw = true;
        channel.pipeline().addLast(writes, this);
        if (loop.admission().refusal() != null) {
            leaving = true;
            tunnel.cut(loop.admission().isDraining() ? CloseReason.NODE_STOPPED : CloseReason.OVERLOADED);
            return;
        }
        InterceptedExchange opened = tunnel.exchanges().openRaw(this);
        exchange = opened;
        body = Body.UNTIL_CLOSE;
        writes.target(opened.meter(), Leg.DOWN);
        opened.goRaw();
        tunnel.exchanges().carryRaw(opened);
    }

    @Override
    public void consumed(long bytes) {
        count(bytes);
    }

    private void count(long bytes) {
        InterceptedExchange current = exchange;
        if (current == null) {
            headBytes += bytes;
        } else if (current.meter().isOpen()) {
            current.meter().up(bytes);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        InterceptedExchange current = exchange;
        if (leaving) {
            countAndForget(msg);
        } else if (msg instanceof HttpRequest request && current == null) {
            begin(request);
            ReferenceCountUtil.release(msg); // the decoder makes a full one of what is malformed
        } else if (msg instanceof HttpContent content && current != null) {
            content(current, content);
        } else if (msg instanceof ByteBuf bytes && current != null) {
            count(bytes.readableBytes());
            current.requestContent(bytes, false);
        } else {
            ReferenceCountUtil.release(msg);
        }
    }

    /** What comes after the last answer was read, so it counts. */
    private void countAndForget(Object msg) {
        if (msg instanceof ByteBuf bytes) {
            count(bytes.readableBytes());
        }
        ReferenceCountUtil.release(msg);
    }

    private void begin(HttpRequest request) {
        isHead = request.method().equals(HttpMethod.HEAD);
        String overload = loop.admission().refusal();
        if (overload != null) {
            tunnel.exchanges().recordShortage();
            refuseUncounted(request, Refusal.overloaded(overload));
            return;
        }
        Refusal fault =
                MessageRules.refusal(request, tunnel.exchanges().requests().knownHost());
        version = request.protocolVersion().majorVersion() == 1 ? request.protocolVersion() : HttpVersion.HTTP_1_1;
        keepsAlive = fault == null && ForwardedHead.keepsAlive(request.headers(), request.protocolVersion());
        RequestHead head = tunnel.exchanges().requests().head(request);
        if (fault == null && !HttpTarget.isVisible(head.target())) {
            fault = Refusal.badRequest("the target is malformed");
        }
        InterceptedExchange opened = tunnel.exchanges().open(head, this);
        exchange = opened;
        opened.meter().up(headBytes);
        headBytes = 0;
        writes.target(opened.meter(), Leg.DOWN);
        connectAsked = request.method().equals(HttpMethod.CONNECT);
        upgradeAsked = Fields.asksForUpgrade(request.headers());
        if (fault == null) {
            tunnel.exchanges().carry(opened, head, ForwardedHead.bodyToOrigin(request.headers()) == Body.NONE);
        } else {
            opened.refuse(fault);
        }
    }

    private void content(InterceptedExchange current, HttpContent content) {
        if (content.decoderResult().isFailure()) {
            content.release();
            current.refuse(Refusal.badRequest("the request's body is malformed"));
            return;
        }
        boolean last = content instanceof LastHttpContent;
        if (content instanceof LastHttpContent end && !end.trailingHeaders().isEmpty()) {
            if (content.content().isReadable()) {
                current.requestContent(content.content().retain(), false);
            }
            current.requestTrailers(end.trailingHeaders());
            content.release();
        } else {
            current.requestContent(content.content(), last); // the reference passes on
        }
        if (last) {
            requestEndedLate(current);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        InterceptedExchange current = exchange;
        if (current != null) {
            current.requestReadComplete();
        }
        if (decoder.waitingBytes() > HttpLimits.PIPELINED_BYTES) {
            channel.config().setAutoRead(false);
        }
    }

    /** The ledger takes no session: what was said counts for the tunnel alone, which goes on if nothing of the request is still to come. */
    private void refuseUncounted(HttpRequest request, Refusal refusal) {
        tunnel.requestRefused();
        headBytes = 0;
        writes.target(null, Leg.DOWN);
        boolean goesOn = request.decoderResult().isSuccess()
                && !tunnel.isDraining()
                && ForwardedHead.keepsAlive(request.headers(), request.protocolVersion())
                && ForwardedHead.bodyToOrigin(request.headers()) == Body.NONE;
        if (!goesOn) {
            refuse(refusal);
            return;
        }
        ByteBuf reply =
                HeadWriter.refusal(channel.alloc(), refusal, loop.config().nodeName(), isHead, false);
        ChannelPromise promise = channel.newPromise();
        promise.addListener(written -> {
            if (written.isSuccess() && !leaving) {
                next(); // not before, so that a client that reads no answers asks for no more of them
            }
        });
        channel.write(reply, promise);
        flush();
    }

    // ---- the response ----

    @Override
    public void interim(ResponseHead head) {
        if (version.equals(HttpVersion.HTTP_1_1)) { // RFC 9110 §15.2
            channel.write(
                    loop.http().heads().response(channel.alloc(), HttpVersion.HTTP_1_1, head.status(), head.fields()),
                    channel.voidPromise());
            flush();
        }
    }

    @Override
    public void response(ResponseHead head) {
        int code = head.status().code();
        boolean switching = (upgradeAsked && code == 101) || (connectAsked && code >= 200 && code < 300);
        HttpHeaders fields = head.fields();
        body = switching ? Body.UNTIL_CLOSE : bodyOf(head, code);
        HttpVersion shown = head.isHttp2() ? HttpVersion.HTTP_1_1 : head.version();
        if (head.isHttp2() && body == Body.CHUNKED) {
            fields.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        } else if (code == 204) {
            fields.remove(HttpHeaderNames.TRANSFER_ENCODING); // RFC 9112 §6.1
        }
        keepsAlive &= body != Body.UNTIL_CLOSE && (head.isHttp2() || ForwardedHead.keepsAlive(fields, head.version()));
        if (head.isHttp2() && !keepsAlive && !switching) {
            fields.set("connection", "close");
        }
        channel.write(
                loop.http().heads().response(channel.alloc(), shown, head.status(), fields), channel.voidPromise());
        if (switching) {
            goRaw();
        }
    }

    private Body bodyOf(ResponseHead head, int code) {
        HttpHeaders fields = head.fields();
        if (isHead || code == 204 || code == 304) {
            return Body.NONE;
        }
        if (!head.isHttp2() && MessageRules.isChunked(fields)) {
            return Body.CHUNKED;
        }
        if (MessageRules.contentLength(fields) >= 0) {
            return Body.LENGTH;
        }
        return head.isHttp2() && version.equals(HttpVersion.HTTP_1_1) ? Body.CHUNKED : Body.UNTIL_CLOSE;
    }

    @Override
    public void content(ByteBuf data, boolean last) {
        ChannelPromise promise = last ? channel.newPromise().addListener(this::responseWritten) : channel.voidPromise();
        boolean large = data.readableBytes() > SMALL_BYTES;
        body.write(channel, data, last ? EmptyHttpHeaders.INSTANCE : null, promise);
        if (large) {
            channel.flush();
        }
    }

    @Override
    public void trailers(HttpHeaders fields) {
        ChannelPromise promise = channel.newPromise().addListener(this::responseWritten);
        body.write(channel, Unpooled.EMPTY_BUFFER, fields, promise);
    }

    @Override
    public void flush() {
        loop.http().flushes().flushSoon(channel);
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    private void responseWritten(io.netty.util.concurrent.Future<?> written) {
        InterceptedExchange current = exchange;
        if (current == null || leaving) {
            return;
        }
        if (!written.isSuccess()) {
            current.clientGone(CloseReason.CLIENT_RESET, "the client broke the connection");
            leave(CloseReason.CLIENT_RESET);
        } else if (raw) {
            leave(CloseReason.COMPLETED); // the client has all of it
        } else if (!keepsAlive || current.isBroken() || tunnel.isDraining()) {
            leave(CloseReason.COMPLETED);
        } else if (current.isRequestEnded()) {
            exchange = null;
            current.clientDone();
            next();
        } else {
            answered = true; // and the rest of the request goes on
        }
    }

    /** A request ended after its answer. */
    private void requestEndedLate(InterceptedExchange current) {
        if (answered && current.isRequestEnded() && !leaving) {
            answered = false;
            current.requestReadComplete();
            exchange = null;
            current.clientDone();
            next();
        }
    }

    @Override
    public void requestUnwanted() {
        if (answered) {
            leave(CloseReason.COMPLETED);
        } else {
            keepsAlive = false; // it is not written yet
        }
    }

    /** The connection can carry another request. */
    private void next() {
        channel.config().setAutoRead(true);
        resume();
        if (ended && exchange == null) { // nothing more that was whole
            settleHead();
            tunnel.end(CloseReason.COMPLETED);
        }
    }

    private void resume() {
        try {
            decoder.resume();
        } catch (Exception e) {
            channel.pipeline().fireExceptionCaught(e);
        }
        if (ended && !leaving && !raw && decoder.isStuck()) {
            inputEnded(true); // what came before the end has been served, as far as it goes
        }
    }

    // ---- bytes instead of messages ----

    private void goRaw() {
        raw = true;
        body = Body.UNTIL_CLOSE;
        InterceptedExchange current = exchange;
        if (current != null) {
            current.goRaw();
        }
        channel.pipeline().remove(decoder); // what it holds passes on to us
        channel.config().setAutoRead(true);
        flush();
    }

    // ---- flow ----

    @Override
    public int backlog() {
        return ChannelTuning.HIGH_WATER_BYTES
                - (int) Math.min(ChannelTuning.HIGH_WATER_BYTES, channel.bytesBeforeUnwritable());
    }

    @Override
    public void passedOn(int bytes, boolean keepsUp) {}

    @Override
    public void readOn(boolean on) {
        InterceptedExchange current = exchange;
        if (leaving) {
            return;
        }
        channel.config().setAutoRead(on);
        if (on && !raw && current != null && !current.isRequestEnded()) {
            resume();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        InterceptedExchange current = exchange;
        if (current != null && channel.isWritable()) {
            current.clientWritable();
        }
    }

    // ---- ends ----

    @Override
    public void refuse(Refusal refusal) {
        ByteBuf reply =
                HeadWriter.refusal(channel.alloc(), refusal, loop.config().nodeName(), isHead);
        channel.write(reply, channel.voidPromise());
        leave(refusal.reason());
    }

    @Override
    public void breakOff(CloseReason reason, Http2Error error) {
        leaving = true;
        tunnel.cut(reason);
    }

    @Override
    public boolean isHttp2() {
        return false;
    }

    /** Says goodbye after what was written; bytes that still come count for the exchange and go nowhere. */
    private void leave(CloseReason reason) {
        if (leaving) {
            return;
        }
        leaving = true;
        if (!raw && channel.pipeline().get(RequestDecoder.class) != null) {
            channel.pipeline().remove(decoder); // what it holds passes on to us
        }
        channel.config().setAutoRead(true);
        tunnel.end(reason);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == StreamEnd.ORDERLY || event == StreamEnd.TRUNCATED) {
            ended = true;
            if (event == StreamEnd.ORDERLY) {
                tunnel.clientSaidGoodbye();
            }
            inputEnded(event == StreamEnd.TRUNCATED);
        }
    }

    private void inputEnded(boolean truncated) {
        InterceptedExchange current = exchange;
        if (current == null || leaving) {
            settleHead();
            tunnel.end(CloseReason.COMPLETED);
        } else if (raw && !truncated) {
            current.requestContent(Unpooled.EMPTY_BUFFER, true);
            current.requestReadComplete();
        } else if (raw || (!current.isRequestEnded() && decoder.isStuck()) || (tunnel.isTls() && !truncated)) {
            current.clientGone(
                    CloseReason.CLIENT_ABORTED, (truncated ? StreamEnd.TRUNCATED : StreamEnd.ORDERLY).ofClient());
            tunnel.cut(CloseReason.CLIENT_ABORTED);
        }
    }

    /** The beginning of a head that will not be completed. */
    private void settleHead() {
        int waiting = raw ? 0 : decoder.waitingBytes();
        if (exchange != null
                || headBytes + waiting == 0
                || tunnel.isFinished()
                || loop.admission().refusal() != null) { // without a session it counts for the tunnel alone
            return;
        }
        leaving = true;
        InterceptedExchange opened = tunnel.exchanges().openBroken(this);
        exchange = opened;
        opened.meter().up(headBytes);
        headBytes = 0;
        if (waiting > 0) {
            channel.pipeline().remove(decoder); // what it holds passes on to us, who count it
        }
        opened.clientGone(CloseReason.CLIENT_ABORTED, "the request's head did not arrive whole");
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        InterceptedExchange current = exchange;
        if (current == null) {
            settleHead();
        } else if (!leaving) {
            current.clientGone(CloseReason.CLIENT_RESET, "the client broke the connection");
        }
        tunnel.clientClosed(current == null || leaving ? CloseReason.COMPLETED : CloseReason.CLIENT_RESET);
        InterceptedExchange left = exchange;
        if (left != null) {
            exchange = null;
            loop.eventLoop().execute(left::clientDone); // after the writes that failed with the channel
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        settleHead(); // before the tunnel's end, which may be at once
        tunnel.failed(cause, true);
    }
}
