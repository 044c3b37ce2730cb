package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import io.weir.proxyengine.SecureSocket.Tls;
import io.weir.proxyengine.tls.ProxyTls;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that speaks TLS to the proxy. Its connection is a session of its own, which counts what TLS adds: handshake, heads and tags of records, alerts.
 * What is inside belongs to the sessions inside, served by a {@link ClientHandler} on an {@link InnerChannel}, or by a {@link MultiplexedClient} there, whose frames that are no
 * session's are the connection's too. So they all partition the socket's bytes, and none is counted before it is known whose it is. Event loop of the socket.
 */
final class SecureClient extends ChannelInboundHandlerAdapter implements ActiveSession, Swept {
    private static final Logger log = LoggerFactory.getLogger(SecureClient.class);

    private final EngineLoop loop;
    private final SocketChannel client;
    private final Caller caller;
    private final SessionMeter meter;
    private final Tls tls;
    private final SocketCounts counts = new SocketCounts(this::countDown);
    private final long sinceNanos;
    private @Nullable InnerChannel inner;
    private @Nullable FrameLedger frames; // if what is inside is HTTP/2
    private long passedOn;
    private long countedUp;
    private long countedDown;
    private @Nullable CloseReason reason;
    private final SecureSocket secure;
    private int sweepPosition = -1;

    private SecureClient(
            EngineLoop loop,
            SocketChannel client,
            Caller caller,
            SessionMeter meter,
            SSLEngine engine,
            long sinceNanos) {
        this.loop = loop;
        this.client = client;
        this.caller = caller;
        this.meter = meter;
        this.sinceNanos = sinceNanos;
        tls = new Tls(engine);
        secure = new SecureSocket(client, tls, counts);
    }

    /**
     * Takes over a channel without handlers.
     *
     * @param sinceNanos when it connected
     * @param headerBytes of a load balancer's header that came before
     * @param said what the client has said; the reference passes on
     */
    static void begin(
            EngineLoop loop, SocketChannel client, Caller caller, long sinceNanos, int headerBytes, ByteBuf said) {
        CloseReason fault = loop.admission().refusal() == null ? CloseReason.INTERNAL_ERROR : CloseReason.OVERLOADED;
        @Nullable SSLEngine engine = null;
        try {
            ProxyTls tls = loop.admission().refusal() == null ? loop.entrance().tls(caller.listener()) : null;
            engine = tls == null ? null : tls.newEngine(client.alloc());
        } catch (RuntimeException | Error e) { // there may be no memory for it
            log.error("client connection failed remote={}", caller.remote(), e);
        }
        if (engine == null) {
            loop.admission().countUnserved(caller, (long) headerBytes + said.readableBytes(), 0, 0, fault);
            said.release();
            client.close();
            return;
        }
        SessionMeter meter = loop.ledger().open(SessionProtocol.HTTP, "TLS", "", "", caller);
        meter.overheadUp(headerBytes);
        var secure = new SecureClient(loop, client, caller, meter, engine, sinceNanos);
        secure.start(said);
    }

    private void start(ByteBuf said) {
        loop.sessions().register(meter, this);
        loop.sweep().add(this);
        client.config().setAutoRead(false); // the inner channel asks
        tls.setHandshakeTimeoutMillis(0); // ours counts from the start of the connection
        client.pipeline().addLast(counts, tls, this);
        client.closeFuture().addListener(closed -> loop.eventLoop().execute(this::closed));
        if (client.isActive()) {
            client.pipeline().fireChannelRead(said);
            client.pipeline().fireChannelReadComplete();
            if (client.isActive()) {
                client.read();
            }
        } else {
            meter.overheadUp(said.readableBytes());
            said.release();
            reason = CloseReason.CLIENT_RESET;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        InnerChannel channel = inner;
        if (channel != null && channel.isActive() && msg instanceof ByteBuf bytes) {
            passedOn += frames == null ? bytes.readableBytes() : 0;
            channel.pipeline().fireChannelRead(msg);
        } else {
            ReferenceCountUtil.release(msg); // counts as what TLS added: no session is there to have it
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        countUp();
        if (inner != null) {
            inner.pipeline().fireChannelReadComplete();
        }
    }

    /** Counts what is known to be TLS's own of what was read: a record is that only once it is whole, and was passed on. */
    private void countUp() {
        long up = counts.read() - insideUp() - tls.undecoded() - countedUp;
        if (meter.isOpen() && up > 0) {
            meter.overheadUp(up);
            countedUp += up;
        }
    }

    /** The same of what was written, while no record is half written and none is still to be made of what was begun. */
    private void countDown() {
        boolean isQuiet = counts.inFlight() == 0 && isQuietInside();
        long down = isQuiet ? counts.taken() - insideDown() - countedDown : 0;
        if (meter.isOpen() && down > 0) {
            meter.overheadDown(down);
            countedDown += down;
        }
    }

    /** What was read and is counted by sessions inside. */
    private long insideUp() {
        return frames == null ? passedOn : frames.claimedUp();
    }

    private long insideDown() {
        if (frames != null) {
            return frames.claimedDown();
        }
        return inner == null ? 0 : inner.taken();
    }

    private boolean isQuietInside() {
        if (frames != null) {
            return frames.isQuiet();
        }
        return inner == null || inner.isQuiet();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent done) {
            if (done.isSuccess()) {
                serve();
            } else {
                if (reason == null && !(done.cause() instanceof ClosedChannelException)) {
                    reason = CloseReason.CLIENT_TLS_FAILED;
                }
                log.debug("TLS with a client failed remote={}: {}", caller.remote(), String.valueOf(done.cause()));
                client.close();
            }
        } else if (secure.isLeaving()) {
            if (event instanceof ChannelInputShutdownEvent) {
                client.close();
            }
        } else if (event instanceof ChannelInputShutdownEvent
                || (event instanceof SslCloseCompletionEvent closed && closed.isSuccess())) {
            if (inner == null) {
                reason = reason == null ? CloseReason.CLIENT_ABORTED : reason;
                client.close();
            } else {
                inner.inputEnded();
            }
        }
    }

    /** Nothing more is to be said. */
    private void sayGoodbye() {
        if (secure.sayGoodbye()) {
            loop.sweep().add(this);
        }
    }

    private void serve() {
        loop.sweep().remove(this);
        var channel = new InnerChannel(client, tls, caller.address(), this::sayGoodbye);
        inner = channel;
        loop.eventLoop().register(channel);
        Caller known = caller.as(user());
        if (ProxyTls.HTTP_2.equals(tls.applicationProtocol())) {
            var multiplexed = new MultiplexedClient(loop, channel, known, meter);
            frames = multiplexed.ledger();
            multiplexed.begin(sinceNanos);
        } else {
            new ClientHandler(loop, channel, known).begin(sinceNanos, 0);
        }
    }

    /** Who the client's certificate says it is; empty if nobody asks, or it says nothing that will do. */
    private String user() {
        ListenerTls settings = caller.listener().tls();
        return settings == null ? "" : settings.clientUser().of(tls.engine().getSession());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Throwable root = cause.getCause() instanceof IOException inside ? inside : cause;
        if (inner != null && inner.isActive()) {
            inner.pipeline().fireExceptionCaught(root);
        } else if (!(root instanceof IOException)) {
            log.error("client connection failed remote={}", caller.remote(), cause);
        }
        if (reason == null && inner == null) {
            reason = root instanceof javax.net.ssl.SSLException
                    ? CloseReason.CLIENT_TLS_FAILED
                    : CloseReason.CLIENT_RESET;
        }
        client.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (inner == null) {
            reason = reason == null ? CloseReason.CLIENT_RESET : reason;
        } else {
            inner.outerClosed();
        }
    }

    /** After all that was in flight has failed, and the sessions inside have heard of it. */
    private void closed() {
        loop.sweep().remove(this);
        loop.eventLoop().execute(() -> loop.eventLoop().execute(this::end));
    }

    private void end() {
        if (!meter.isOpen()) {
            return;
        }
        long up = counts.read() - insideUp() - countedUp;
        long down = counts.taken() - insideDown() - countedDown;
        if (up < 0 || down < 0) { // the session ends all the same, and the audit will not add up
            log.error("TLS was counted wrongly session={} up={} down={}", meter.id(), up, down);
        }
        meter.overheadUp(Math.max(0, up));
        meter.overheadDown(Math.max(0, down));
        loop.sessions().unregister(meter);
        meter.close(reason == null ? CloseReason.COMPLETED : reason, 0);
    }

    @Override
    public SessionMeter meter() {
        return meter;
    }

    /** The sessions inside, if there are any, are ended on their own, before it. */
    @Override
    public void abort(CloseReason why) {
        reason = reason == null ? why : reason;
        loop.eventLoop().execute(() -> client.unsafe().close(client.voidPromise()));
    }

    @Override
    public void sweep(long nowNanos) {
        if (secure.isLeaving()) {
            if (secure.hasWaited(nowNanos)) {
                client.unsafe().close(client.voidPromise());
            }
        } else if (nowNanos - sinceNanos > loop.config().timeouts().head().toNanos()) {
            reason = CloseReason.HEAD_TIMEOUT;
            client.unsafe().close(client.voidPromise());
        }
    }

    @Override
    public int sweepPosition() {
        return sweepPosition;
    }

    @Override
    public void sweepPosition(int position) {
        sweepPosition = position;
    }
}
