package io.weir.proxyengine;

import static io.netty.handler.codec.ByteToMessageDecoder.MERGE_CUMULATOR;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that speaks SOCKS on a channel: the whole handshake where there are no raw sockets, else what comes after its request. It holds what the client
 * sends until the tunnel stands: one read at most, since it reads no more then. Event loop of its channel.
 */
final class SocksHandler extends ChannelInboundHandlerAdapter implements TunnelAsker, Waiting {
    private static final Logger log = LoggerFactory.getLogger(SocksHandler.class);

    private final EngineLoop loop;
    private final SocketChannel client;
    private final SocksHandshake handshake;
    private final SocksGate gate;
    private final WriteMeter writes = new WriteMeter();
    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private long sinceNanos;
    private long overheadUp;
    private long overheadDown;
    private @Nullable SessionMeter meter;
    private @Nullable TunnelOpening tunnel;
    private boolean checking;
    private boolean inputEnded;
    private boolean left;
    private int sweepPosition = -1;

    /** Makes one; {@link #begin} or {@link #resume} puts it to work. */
    SocksHandler(EngineLoop loop, SocketChannel client, Caller caller, SocksHandshake handshake) {
        this.loop = loop;
        this.client = client;
        this.handshake = handshake;
        gate = new SocksGate(loop, handshake, caller);
    }

    /**
     * Waits for the client to speak.
     *
     * @param since when it connected; the deadline counts from there
     * @param headerBytes of a load balancer's header that came before
     */
    void begin(long since, int headerBytes) {
        sinceNanos = since;
        overheadUp = headerBytes;
        client.pipeline().addLast(writes, this);
        loop.sweep().add(this);
    }

    /**
     * Goes on with a client that has asked for its tunnel.
     *
     * @param early what it has said after that; the reference passes on
     */
    void resume(long readBytes, long writtenBytes, ByteBuf early) {
        overheadUp = readBytes;
        overheadDown = writtenBytes;
        held = early;
        client.pipeline().addLast(writes, this);
        loop.sweep().add(this);
        if (client.isActive()) {
            open();
        } else {
            end(CloseReason.CLIENT_RESET);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (left || !(msg instanceof ByteBuf said)) {
            ReferenceCountUtil.release(msg);
            return;
        }
        held = MERGE_CUMULATOR.cumulate(ctx.alloc(), held, said);
        if (tunnel == null && !checking) {
            hear();
        }
    }

    private void hear() {
        byte[] said = ByteBufUtil.getBytes(held);
        int from = 0;
        while (!left && tunnel == null && !checking) {
            SocksHandshake.Step step = handshake.take(said, from, said.length);
            from += handshake.taken();
            overheadUp += handshake.taken();
            held.skipBytes(handshake.taken());
            switch (step) {
                case MORE -> {
                    return;
                }
                case ANSWER -> answer(handshake.answer());
                case CHECK -> {
                    if (gate.isKnown()) {
                        answer(handshake.answer());
                    } else {
                        check();
                    }
                }
                case REQUEST -> {
                    if (gate.isVoid()) {
                        refuseHandshake();
                    } else {
                        open();
                    }
                }
                case REFUSED -> refuseHandshake();
            }
        }
    }

    private void check() {
        checking = true;
        client.config().setAutoRead(false);
        long began = System.nanoTime();
        gate.check(isRight -> {
            checking = false;
            sinceNanos += System.nanoTime() - began; // our time, not the client's
            if (!left) {
                checked(isRight);
            }
        });
    }

    private void checked(boolean isRight) {
        try {
            if (isRight) {
                answer(handshake.answer());
                client.config().setAutoRead(true);
                hear();
            } else {
                refuseHandshake();
            }
        } catch (RuntimeException | Error e) { // nobody else would end the connection
            client.pipeline().fireExceptionCaught(e);
        }
    }

    private void answer(ByteBuf answer) {
        int bytes = answer.readableBytes();
        client.writeAndFlush(answer).addListener(written -> {
            if (!written.isSuccess()) {
                return;
            }
            SessionMeter opened = meter;
            if (opened == null) {
                overheadDown += bytes;
            } else if (opened.isOpen()) {
                opened.overheadDown(bytes);
            }
        });
    }

    private void open() {
        client.config().setAutoRead(false);
        String overload = loop.admission().refusal();
        if (overload != null) {
            SessionMeter shared = count(loop.standing().overload());
            loop.admission()
                    .recordShortage(
                            shared,
                            gate.caller().remote(),
                            handshake.authority().toString());
            refuse(shared, Refusal.overloaded(overload));
            return;
        }
        Authority authority = handshake.authority();
        String host = authority.toString();
        SessionMeter opened = count(loop.ledger()
                .open(
                        SessionProtocol.HTTPS_TUNNEL,
                        "TUNNEL",
                        host,
                        handshake.reply().url(host),
                        gate.caller()));
        var opening = new TunnelOpening(loop, this, client, opened, authority);
        tunnel = opening;
        opening.begin();
    }

    private SessionMeter count(SessionMeter opened) {
        meter = opened;
        opened.overheadUp(overheadUp);
        opened.overheadDown(overheadDown);
        overheadUp = 0;
        overheadDown = 0;
        return opened;
    }

    private void refuseHandshake() {
        boolean mayOpen = loop.admission().refusal() == null;
        SessionMeter opened = count(
                mayOpen
                        ? SocksClient.openUnnamed(loop, gate.caller(), handshake)
                        : loop.standing().overload());
        SocksClient.recordDenial(loop, opened, gate.caller(), handshake.refusal());
        lastAnswer(opened, handshake.lastAnswer(loop), handshake.refusal());
    }

    @Override
    public void refuse(SessionMeter refused, Refusal refusal) {
        lastAnswer(refused, reply().refusal(loop, refusal), refusal);
    }

    private void lastAnswer(SessionMeter refused, ByteBuf answer, Refusal refusal) {
        leave();
        log.debug("refused session={} {}", refused.id(), refusal.message());
        refused.overheadUp(held.readableBytes());
        held.release();
        held = Unpooled.EMPTY_BUFFER;
        writes.target(refused, Leg.OVERHEAD_DOWN);
        client.write(answer, client.voidPromise());
        client.pipeline().remove(this);
        LingeringClose.begin(
                loop,
                client,
                refused,
                Leg.OVERHEAD_UP,
                refusal.reason(),
                refusal.status().code());
    }

    @Override
    public Caller caller() {
        return gate.caller();
    }

    @Override
    public TunnelReply reply() {
        return handshake.reply();
    }

    @Override
    public void makeWay() {
        leave();
        ChannelHandlerContext ctx = client.pipeline().context(this);
        client.pipeline().remove(this);
        ByteBuf early = held;
        held = Unpooled.EMPTY_BUFFER;
        if (early.isReadable()) {
            ctx.fireChannelRead(early);
            ctx.fireChannelReadComplete();
        } else {
            early.release();
        }
    }

    @Override
    public void settle() {
        SessionMeter opened = meter;
        if (opened != null && opened.isOpen()) {
            opened.up(held.readableBytes());
        }
        held.release();
        held = Unpooled.EMPTY_BUFFER;
        leave();
    }

    private void leave() {
        if (!left) {
            left = true;
            loop.sweep().remove(this);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !left) {
            inputEnded = true;
            if (tunnel == null) {
                end(CloseReason.CLIENT_ABORTED);
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end(inputEnded ? CloseReason.CLIENT_ABORTED : CloseReason.CLIENT_RESET);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            log.error("client connection failed remote={}", gate.caller().remote(), cause);
        }
        end(cause instanceof IOException ? CloseReason.CLIENT_RESET : CloseReason.INTERNAL_ERROR);
    }

    private void end(CloseReason reason) {
        if (left) {
            return;
        }
        if (tunnel != null) {
            tunnel.abort(reason);
            return;
        }
        long unheard = held.readableBytes();
        settle();
        client.close();
        loop.eventLoop() // after the writes that fail with the channel
                .execute(() ->
                        loop.admission().countUnserved(gate.caller(), overheadUp + unheard, 0, overheadDown, reason));
    }

    @Override
    public void drain() {
        if (tunnel == null) {
            close();
        }
    }

    @Override
    public void close() {
        end(CloseReason.NODE_STOPPED);
    }

    @Override
    public void sweep(long nowNanos) {
        if (tunnel == null
                && !checking
                && nowNanos - sinceNanos > loop.config().timeouts().head().toNanos()) {
            end(CloseReason.HEAD_TIMEOUT);
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
