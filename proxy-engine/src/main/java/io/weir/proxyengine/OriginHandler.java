package io.weir.proxyengine;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import io.weir.eventbus.SessionMeter;
import io.weir.proxyengine.upstream.UpstreamNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to an origin of plain HTTP: carries one exchange at a time, and idles in the {@link OriginPool} between
 * two. Event loop of its channel, which is the client's.
 */
final class OriginHandler extends ChannelInboundHandlerAdapter implements ByteSink, Swept {
    private static final Logger log = LoggerFactory.getLogger(OriginHandler.class);

    private final OriginPool pool;
    private final SocketChannel channel;
    private final Authority authority;
    private final String address;
    private final @Nullable InetAddress destination;
    private final @Nullable Passage passage;
    private final Object key;
    private final ResponseDecoder decoder = new ResponseDecoder(this);
    private final WriteMeter writes = new WriteMeter();
    private @Nullable Exchange exchange;
    private @Nullable SessionMeter meter;
    private boolean used;
    private long idleSinceNanos;
    private int sweepPosition = -1;

    /** @param passage through which upstream it leads; null if it leads to the origin itself */
    OriginHandler(OriginPool pool, SocketChannel channel, Authority authority, @Nullable Passage passage) {
        this.passage = passage;
        key = passage == null ? authority : key(authority, passage.node());
        this.pool = pool;
        this.channel = channel;
        this.authority = authority;
        InetSocketAddress remote = channel.remoteAddress();
        address = Addresses.text(remote);
        destination = passage != null ? passage.judged() : remote == null ? null : remote.getAddress();
    }

    /** What it is kept under through an upstream: one that takes requests for any origin is of use for all of them. */
    static Object key(Authority authority, UpstreamNode node) {
        return new Key(node, node.config().kind().speaksHttp() ? null : authority);
    }

    private record Key(UpstreamNode node, @Nullable Authority authority) {}

    Object key() {
        return key;
    }

    /** Through which upstream it leads; null if it leads to the origin itself. */
    @Nullable Passage passage() {
        return passage;
    }

    /** Whether it takes requests as a proxy does, in absolute form. */
    boolean takesAbsoluteForm() {
        return passage != null && passage.takesAbsoluteForm();
    }

    void begin() {
        channel.pipeline().addLast(writes, decoder, this);
        UpstreamHandshake.release(channel, true);
        channel.config().setAutoRead(true);
    }

    SocketChannel channel() {
        return channel;
    }

    /** Where it leads to, for the ledger. */
    String address() {
        return address;
    }

    /** The origin's address; null if the connection had broken at once, or only an upstream knows it. */
    @Nullable InetAddress destination() {
        return destination;
    }

    Authority authority() {
        return authority;
    }

    /** Whether it carried an exchange before, so that the origin may have ended it in the meantime. */
    boolean isReused() {
        return used;
    }

    /** Is the exchange's until {@link #release}. */
    void carry(Exchange next, SessionMeter nextMeter, HttpMethod method) {
        exchange = next;
        meter = nextMeter;
        writes.target(nextMeter, Leg.ORIGIN_UP);
        own(nextMeter);
        decoder.expectResponseTo(method);
    }

    /** The exchange is over: keeps the connection if it is clean. */
    void release(boolean clean) {
        int leftOver = decoder.leftOverBytes();
        consumed(leftOver);
        exchange = null;
        meter = null;
        own(null);
        used = true;
        if (clean && channel.isActive() && !channel.isInputShutdown() && leftOver == 0 && writes.inFlight() == 0) {
            channel.config().setAutoRead(true);
            pool.put(this);
        } else {
            close();
        }
    }

    /** What TLS with an upstream adds is that session's, too. */
    private void own(@Nullable SessionMeter session) {
        SecureUpstream secure = passage == null ? null : SecureUpstream.of(channel);
        if (secure != null) {
            secure.owner(session);
        }
    }

    /** The decoder has made way for a relay. */
    void leaveTo(Relay relay) {
        exchange = null;
        channel.pipeline().remove(this);
        channel.pipeline().remove(decoder); // what it holds passes on to the relay
        if (!channel.isActive()) {
            relay.reset(channel);
        }
    }

    void close() {
        channel.close();
    }

    void reset() {
        channel.config().setSoLinger(0);
        channel.close();
    }

    @Override
    public void consumed(long bytes) {
        if (meter != null) {
            meter.originDown(bytes);
        } else if (passage != null) {
            pool.unasked(bytes);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        Exchange current = exchange;
        if (current == null) {
            ReferenceCountUtil.release(msg);
        } else if (msg instanceof HttpResponse response) {
            current.response(response);
        } else if (msg instanceof HttpContent content) {
            current.responseContent(content);
        } else {
            ReferenceCountUtil.release(msg);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        Exchange current = exchange;
        if (current != null) {
            current.responseReadComplete();
        } else if (decoder.leftOverBytes() > 0) {
            pool.remove(this);
            close(); // it said something that nobody asked for
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.originWritabilityChanged();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            SecureUpstream secure = passage == null ? null : SecureUpstream.of(channel);
            ended(secure != null && secure.isTruncated());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            log.error("origin connection failed origin={}", authority, cause);
        }
        ended(true);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ended(true);
    }

    private void ended(boolean reset) {
        Exchange current = exchange;
        if (current == null) {
            pool.remove(this);
            close();
        } else {
            current.originEnded(reset);
        }
    }

    long idleSinceNanos() {
        return idleSinceNanos;
    }

    void idleSince(long nanos) {
        idleSinceNanos = nanos;
    }

    @Override
    public void sweep(long nowNanos) {
        if (nowNanos - idleSinceNanos > pool.idleNanos()) {
            pool.remove(this);
            close();
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
