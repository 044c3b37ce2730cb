package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.weir.eventbus.SessionMeter;
import io.weir.proxyengine.SecureSocket.Tls;
import io.weir.proxyengine.tls.OriginTls;
import io.weir.proxyengine.tls.TlsException;
import io.weir.proxyengine.tls.TlsFailure;
import io.weir.proxyengine.upstream.Upstream;
import io.weir.proxyengine.upstream.UpstreamNode;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS with an upstream. What is inside is an {@link InnerChannel}, which is used as if it were the connection, and whose bytes are counted by whoever
 * uses it. This counts what TLS adds on the socket: for the session that has the connection, or for the loop's {@link StandingSessions#ownLeg} while none has. So the two
 * partition the socket's bytes. Event loop of the socket.
 */
final class SecureUpstream extends ChannelInboundHandlerAdapter implements Swept {
    /** Learns how the handshake ended: one of the two, once. */
    interface Listener {
        /** The channel reads nothing until told to. */
        void secured(SocketChannel inside);

        /** The connection is closed. */
        void failed(TlsFailure why);
    }

    private static final Logger log = LoggerFactory.getLogger(SecureUpstream.class);
    private static final AttributeKey<SecureUpstream> KEY = AttributeKey.valueOf(SecureUpstream.class, "of");
    private static final List<String> ALPN = List.of(TlsTarget.HTTP_1_1);

    private final EngineLoop loop;
    private final SocketChannel socket;
    private final Tls tls;
    private final SocketCounts counts = new SocketCounts(this::countUp);
    private final Listener listener;
    private @Nullable SessionMeter owner;
    private @Nullable InnerChannel inner;
    private long passedOn;
    private long countedUp;
    private long countedDown;
    private boolean told;
    private boolean truncated;
    private final SecureSocket secure;
    private int sweepPosition = -1;

    private SecureUpstream(
            EngineLoop loop, SocketChannel socket, Tls tls, @Nullable SessionMeter owner, Listener listener) {
        this.loop = loop;
        this.socket = socket;
        this.tls = tls;
        this.owner = owner;
        this.listener = listener;
        secure = new SecureSocket(socket, tls, counts);
    }

    /**
     * Shakes hands on a connection that stands and has no handlers.
     *
     * @param owner whose the connection is; null if no session's
     * @param timeoutMillis for the handshake
     */
    static void begin(
            EngineLoop loop,
            SocketChannel socket,
            UpstreamNode node,
            @Nullable SessionMeter owner,
            long timeoutMillis,
            Listener listener) {
        Upstream config = node.config();
        OriginTls with = node.tls();
        String name = config.tls().serverName().isEmpty()
                ? config.host()
                : config.tls().serverName();
        if (with == null) {
            throw new IllegalArgumentException(node + " does not speak TLS");
        }
        Tls tls;
        try {
            tls = with.handler(
                    socket.alloc(), name, config.port(), ALPN, !config.tls().insecure(), Tls::new);
        } catch (TlsException e) {
            socket.close();
            listener.failed(new TlsFailure(TlsFailure.Kind.OTHER, String.valueOf(e.getMessage())));
            return;
        }
        tls.setHandshakeTimeoutMillis(timeoutMillis);
        new SecureUpstream(loop, socket, tls, owner, listener).start();
    }

    private void start() {
        loop.ways().secured(this);
        socket.config().setAutoRead(false); // the inner channel asks
        socket.closeFuture().addListener(closed -> loop.eventLoop().execute(this::closed));
        socket.pipeline().addLast(counts, tls, this);
        socket.read();
    }

    /** The connection's TLS; null if the channel has none. */
    static @Nullable SecureUpstream of(Channel inside) {
        return inside.attr(KEY).get();
    }

    /** Whose the connection is from now on; null if no session's. */
    void owner(@Nullable SessionMeter session) {
        owner = session;
    }

    /** Whether the upstream has ended the connection without saying so in TLS, so that something may be missing. */
    boolean isTruncated() {
        return truncated;
    }

    private SessionMeter leg() {
        SessionMeter session = owner;
        return session != null && session.isOpen() ? session : loop.standing().ownLeg();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        InnerChannel channel = inner;
        if (channel != null && channel.isActive() && msg instanceof ByteBuf bytes) {
            passedOn += bytes.readableBytes();
            channel.pipeline().fireChannelRead(msg);
        } else {
            ReferenceCountUtil.release(msg); // counts as what TLS added: nobody is there to have it
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        countDown();
        if (inner != null) {
            inner.pipeline().fireChannelReadComplete();
        }
    }

    /** Counts what is known to be TLS's own of what was read: a record is that only once it is whole, and was passed on. */
    private void countDown() {
        long down = counts.read() - passedOn - tls.undecoded() - countedDown;
        if (down > 0) {
            leg().originDown(down);
            countedDown += down;
        }
    }

    /** The same of what was written, while no record is half written and none is still to be made of what was begun. */
    private void countUp() {
        boolean isQuiet = counts.inFlight() == 0 && (inner == null || inner.isQuiet());
        long up = isQuiet ? counts.taken() - innerTaken() - countedUp : 0;
        if (up > 0) {
            leg().originUp(up);
            countedUp += up;
        }
    }

    private long innerTaken() {
        return inner == null ? 0 : inner.taken();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent done) {
            if (done.isSuccess()) {
                serve();
            } else {
                fail(TlsFailure.of(done.cause()));
                socket.close();
            }
        } else if (secure.isLeaving()) {
            if (event instanceof ChannelInputShutdownEvent) {
                socket.close();
            }
        } else if (event instanceof ChannelInputShutdownEvent) {
            truncated = inner == null || !inner.isInputShutdown();
            ended();
        } else if (event instanceof SslCloseCompletionEvent closed && closed.isSuccess()) {
            ended();
        }
    }

    private void ended() {
        if (inner == null) {
            socket.close();
        } else {
            inner.inputEnded();
        }
    }

    private void serve() {
        countDown();
        var channel = new InnerChannel(socket, tls, socket.remoteAddress(), this::sayGoodbye);
        channel.config().setAutoRead(false);
        channel.attr(KEY).set(this);
        inner = channel;
        loop.eventLoop().register(channel);
        told = true;
        listener.secured(channel);
    }

    private void fail(TlsFailure why) {
        if (!told) {
            told = true;
            listener.failed(why);
        }
    }

    /** Nothing more is to be said. */
    private void sayGoodbye() {
        if (secure.sayGoodbye()) {
            loop.sweep().add(this);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Throwable root = cause.getCause() instanceof IOException inside ? inside : cause;
        if (inner != null && inner.isActive()) {
            inner.pipeline().fireExceptionCaught(root);
        } else if (!(root instanceof IOException)) {
            log.error("upstream connection failed remote={}", socket.remoteAddress(), cause);
        }
        fail(TlsFailure.of(root));
        socket.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(TlsFailure.of(new java.nio.channels.ClosedChannelException()));
        if (inner != null) {
            inner.outerClosed();
        }
    }

    /** Ends the connection without a word. */
    void cut() {
        told = true;
        if (socket.isActive()) {
            socket.config().setSoLinger(0);
            socket.unsafe().close(socket.voidPromise());
        }
    }

    /** After all that was in flight has failed, and the sessions inside have heard of it. */
    private void closed() {
        loop.sweep().remove(this);
        loop.eventLoop().execute(this::end);
    }

    private void end() {
        loop.ways().securedNoMore(this);
        long down = counts.read() - passedOn - countedDown;
        long up = counts.taken() - innerTaken() - countedUp;
        if (up < 0 || down < 0) {
            log.error("TLS was counted wrongly remote={} up={} down={}", socket.remoteAddress(), up, down);
        }
        if (down > 0) {
            leg().originDown(down);
        }
        if (up > 0) {
            leg().originUp(up);
        }
    }

    @Override
    public void sweep(long nowNanos) {
        if (secure.hasWaited(nowNanos)) {
            cut();
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
