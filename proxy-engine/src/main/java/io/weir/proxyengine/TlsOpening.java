package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import io.weir.proxyengine.tls.Leaf;
import io.weir.proxyengine.tls.TlsFailure;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tunnel that carries TLS, between its ClientHello and the first exchange: first TLS with the origin, with what the client offers, then TLS with the
 * client, with what the origin chose. Event loop of the tunnel.
 *
 * <p>Until the client is answered, everything can be undone: an origin that wants to know the client, or with which we can't
 * speak, gets a new connection and the client's own ClientHello on it, and the tunnel is one like any other. An origin whose certificate is
 * not accepted gets not a byte of the client's; the client is told why in answer to its request.
 */
final class TlsOpening implements ActiveSession, OriginDial.Listener {
    private static final Logger log = LoggerFactory.getLogger(TlsOpening.class);
    private static final int OK = 200;

    private final TunnelEnds ends;
    private final EngineLoop loop;
    private final Interception interception;
    private final SessionMeter meter;
    private final SocketChannel client;
    private final CompletableFuture<Leaf> leaf;
    private final ByteBuf hello;
    private final List<String> offered;
    private TlsTarget target;
    private @Nullable OriginDial dial;
    private @Nullable Connecting rescue;
    private @Nullable SocketChannel origin;
    private boolean bridged;
    private boolean over;

    /**
     * Makes it; {@link #begin} starts it.
     *
     * @param hello all that the client has said: counted, and this object's now
     */
    TlsOpening(TunnelEnds ends, TlsTarget target, ByteBuf hello) {
        this.ends = ends;
        this.target = target;
        offered = target.protocols();
        this.hello = hello;
        loop = ends.loop();
        interception = ends.interception();
        meter = ends.meter();
        client = ends.client();
        leaf = interception.leaves().leaf(target.name(), ends.clientAddress());
    }

    void begin(SocketChannel connected, long connectMicros) {
        loop.sessions().register(meter, this);
        client.pipeline().addLast(new ClientEar());
        OriginDial first = newDial();
        first.begin(connected, connectMicros);
    }

    private OriginDial newDial() {
        var next = new OriginDial(loop, interception, meter, ends.authority(), ends.ruling(), target, this);
        dial = next;
        return next;
    }

    // ---- the origin ----

    @Override
    public void reached(SocketChannel channel, OriginFacts facts, boolean isHttp2, boolean askedForCertificate) {
        if (over) {
            channel.close();
            return;
        }
        if (askedForCertificate) {
            channel.close();
            bypass("the origin asks for a certificate of the client");
            rescue();
            return;
        }
        origin = channel;
        serve(facts, isHttp2, null);
    }

    @Override
    public void unreached(Refusal refusal, @Nullable TlsFailure why, boolean askedForCertificate) {
        if (over) {
            return;
        }
        if (why == null || isVerdict(why)) {
            serve(OriginFacts.NONE, prefersHttp2(), refusal);
        } else if (why.kind() == TlsFailure.Kind.NO_COMMON_PROTOCOL
                && !bridged
                && !target.protocols().isEmpty()) {
            bridge();
        } else {
            bypass(askedForCertificate ? "the origin asks for a certificate of the client" : why.message());
            rescue();
        }
    }

    /** Whether it is the origin that is at fault, so that a client which trusts us must be told. */
    private static boolean isVerdict(TlsFailure why) {
        return switch (why.kind()) {
            case UNKNOWN_ISSUER,
                    EXPIRED,
                    NOT_YET_VALID,
                    WRONG_NAME,
                    WEAK_KEY,
                    WEAK_SIGNATURE,
                    BAD_CERTIFICATE,
                    UNKNOWN_NAME,
                    TIMEOUT -> true;
            default -> false;
        };
    }

    private boolean prefersHttp2() {
        return offered.equals(List.of(TlsTarget.HTTP_2));
    }

    /** The origin speaks nothing that the client does, so we speak for both. */
    private void bridge() {
        bridged = true;
        String other = target.protocols().contains(TlsTarget.HTTP_2) ? TlsTarget.HTTP_1_1 : TlsTarget.HTTP_2;
        target = target.offering(List.of(other));
        newDial().begin();
    }

    // ---- the client ----

    private void serve(OriginFacts facts, boolean originIsHttp2, @Nullable Refusal refusal) {
        leaf.whenComplete((minted, failure) -> loop.eventLoop().execute(() -> {
            if (over) {
                return;
            }
            if (minted != null) {
                handshake(minted, facts, originIsHttp2, refusal);
            } else {
                log.debug("no certificate for a tunnel session={}", meter.id(), failure);
                abort(
                        failure instanceof RejectedExecutionException // too many names at once
                                ? CloseReason.OVERLOADED
                                : CloseReason.INTERNAL_ERROR);
            }
        }));
    }

    private void handshake(Leaf minted, OriginFacts facts, boolean originIsHttp2, @Nullable Refusal refusal) {
        over = true;
        loop.sessions().unregister(meter);
        client.pipeline().remove(ClientEar.class);
        meter.protocolDetected(SessionProtocol.HTTPS_MITM);
        boolean clientIsHttp2 =
                offered.contains(TlsTarget.HTTP_2) && (originIsHttp2 || !offered.contains(TlsTarget.HTTP_1_1));
        String chosen = offered.isEmpty() ? null : clientIsHttp2 ? TlsTarget.HTTP_2 : TlsTarget.HTTP_1_1;
        var opened = new InterceptedTunnel(ends, target);
        opened.begin();
        if (refusal != null) {
            opened.refuseAll(refusal);
        } else if (origin != null) {
            opened.links().first(origin, facts, originIsHttp2);
        }
        new ClientHandshake(ends, opened, target.name(), chosen).begin(minted, hello);
    }

    // ---- undoing it ----

    private void bypass(String why) {
        interception.bypass(loop, meter, target.name(), ends.authority(), null, why);
    }

    /** Connects anew and passes everything on. */
    private void rescue() {
        Wish wish = new Wish(ends.authority(), ends.ruling(), meter, true);
        rescue = loop.ways().outbound().connect(wish, null, new ConnectListener() {
            @Override
            public void connected(Channel channel) {
                passOn((SocketChannel) channel);
            }

            @Override
            public void failed(Refusal refusal) {
                abort(refusal.reason());
            }
        });
    }

    private void passOn(SocketChannel connected) {
        if (over) {
            connected.close();
            return;
        }
        over = true;
        loop.sessions().unregister(meter);
        client.pipeline().remove(ClientEar.class);
        meter.originConnected(Addresses.text(connected.remoteAddress()));
        PlainTunnel.rescued(ends, connected, hello);
    }

    @Override
    public SessionMeter meter() {
        return meter;
    }

    @Override
    public void abort(CloseReason reason) {
        if (over) {
            return;
        }
        over = true;
        loop.sessions().unregister(meter);
        hello.release();
        if (dial != null) {
            dial.cancel();
        }
        if (rescue != null) {
            rescue.cancel();
        }
        if (client.isActive()) {
            client.config().setSoLinger(0);
        }
        client.close();
        SocketChannel reached = origin;
        if (reached != null) {
            InterceptedTunnel.reset(reached);
        }
        loop.eventLoop().execute(() -> meter.close(reason, OK)); // after the writes that failed with the channels
    }

    /** The client waits for an answer; all that can come is its end. */
    private final class ClientEar extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (msg instanceof ByteBuf bytes) { // what was on its way when reading stopped
                Leg.ofPayload(client).count(meter, bytes.readableBytes());
                hello.writeBytes(bytes);
                bytes.release();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            abort(CloseReason.CLIENT_RESET);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            abort(CloseReason.CLIENT_RESET);
        }
    }
}
