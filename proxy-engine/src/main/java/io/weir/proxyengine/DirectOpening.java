package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tunnel to one address between its request, a CONNECT's head (RFC 9110 §9.3.6) or one of SOCKS, and its answer, on raw sockets: what {@link TunnelOpening} does, without
 * channels. What the client sends meanwhile waits in the kernel. Event loop of both sockets.
 */
final class DirectOpening implements ActiveSession, Swept, RawSocket.Listener {
    private static final Logger log = LoggerFactory.getLogger(DirectOpening.class);
    private static final int OK = 200;

    private final EngineLoop loop;
    private final RawSocket client;
    private final RawSocket origin;
    private final TunnelReply reply;
    private final Authority authority;
    private final InetSocketAddress destination;
    private final SessionMeter meter;
    private final Caller caller;
    private final @Nullable Ruling ruling;
    private final long sinceNanos = System.nanoTime();
    private boolean over;
    private int sweepPosition = -1;

    private DirectOpening(
            EngineLoop loop,
            RawSocket client,
            RawSocket origin,
            TunnelReply reply,
            Authority authority,
            InetSocketAddress destination,
            SessionMeter meter,
            Caller caller,
            @Nullable Ruling ruling) {
        this.loop = loop;
        this.client = client;
        this.origin = origin;
        this.reply = reply;
        this.authority = authority;
        this.destination = destination;
        this.meter = meter;
        this.caller = caller;
        this.ruling = ruling;
    }

    /**
     * Opens a tunnel if there is exactly one address to connect and nothing against it.
     *
     * @param reply how the client is answered
     * @param headBytes that the client has said, all of which is overhead
     * @param answeredBytes that it was answered before
     * @return whether it does; else nothing has happened
     */
    static boolean begin(
            EngineLoop loop,
            RawSocket client,
            Caller caller,
            TunnelReply reply,
            Authority authority,
            long headBytes,
            long answeredBytes) {
        InetSocketAddress destination = loop.ways().connector().onlyAddress(authority);
        if (destination == null || loop.admission().refusal() != null) {
            return false;
        }
        Ruling ruling = Ruling.ofTunnel(loop, reply, authority, caller);
        Refusal denied = ruling == null ? null : ruling.refusal(destination.getAddress());
        if (denied != null) {
            refuse(loop, client, caller, reply, authority, headBytes, answeredBytes, denied);
            return true;
        }
        if (!loop.ways().outbound().isDirect(ruling, destination.getAddress())) {
            return false;
        }
        if (ruling != null) {
            ruling.settle(destination.getAddress());
        }
        Interception interception = loop.interception();
        if (interception != null && interception.mayOpen(authority, ruling)) {
            return false;
        }
        RawSocket origin;
        try {
            origin = RawSocket.open(destination.getAddress(), loop.eventLoop());
        } catch (IOException noFile) { // the way by channels tells the client
            loop.shortage().heed(noFile);
            log.debug("no socket for origin={}", authority, noFile);
            return false;
        }
        if (loop.shortage().isLastFile(origin.descriptor())) {
            origin.close();
            refuse(
                    loop,
                    client,
                    caller,
                    reply,
                    authority,
                    headBytes,
                    answeredBytes,
                    ConnectFailure.noneLeft(authority));
            return true;
        }
        String host = authority.toString();
        SessionMeter meter = loop.ledger().open(SessionProtocol.HTTPS_TUNNEL, "TUNNEL", host, reply.url(host), caller);
        meter.overheadUp(headBytes);
        meter.overheadDown(answeredBytes);
        Refusal full = loop.admission().admit(meter, caller, host);
        if (full != null) {
            origin.close();
            refuse(loop, client, meter, reply, full);
            return true;
        }
        if (ruling != null) {
            ruling.allowed(meter);
        }
        new DirectOpening(loop, client, origin, reply, authority, destination, meter, caller, ruling).connect();
        return true;
    }

    private static void refuse(
            EngineLoop loop,
            RawSocket client,
            Caller caller,
            TunnelReply reply,
            Authority authority,
            long headBytes,
            long answeredBytes,
            Refusal refusal) {
        ByteBuf answer = reply.refusal(loop, refusal); // there may be no memory for it
        String host = authority.toString();
        SessionMeter meter = loop.ledger().open(SessionProtocol.HTTPS_TUNNEL, "TUNNEL", host, reply.url(host), caller);
        meter.overheadUp(headBytes);
        meter.overheadDown(answeredBytes);
        loop.ledger().recordRefusal(meter, caller.remote(), host, refusal);
        log.debug("refused session={} status={}", meter.id(), refusal.status().code());
        RefusedClient.end(loop, client, meter, answer, refusal);
    }

    /** Refuses what has a session already. */
    private static void refuse(
            EngineLoop loop, RawSocket client, SessionMeter meter, TunnelReply reply, Refusal refusal) {
        ByteBuf answer;
        try {
            answer = reply.refusal(loop, refusal);
        } catch (RuntimeException | Error noMemory) {
            log.error("refusing a tunnel failed session={}", meter.id(), noMemory);
            client.close();
            loop.clients().left();
            meter.close(refusal.reason(), 0);
            return;
        }
        log.debug("refused session={} status={}", meter.id(), refusal.status().code());
        RefusedClient.end(loop, client, meter, answer, refusal);
    }

    private void connect() {
        loop.sessions().register(meter, this);
        loop.sweep().add(this);
        client.tell(this);
        origin.tell(this);
        try {
            advance(true);
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    @Override
    public void ready(RawSocket socket, boolean readable, boolean writable, boolean broken) {
        try {
            if (socket.equals(client)) {
                heedClient(broken);
            } else {
                advance(false);
            }
        } catch (RuntimeException | Error e) { // an error would end the loop
            fail(e);
        }
    }

    private void fail(Throwable e) {
        log.error("opening a tunnel failed session={}", meter.id(), e);
        abort(CloseReason.INTERNAL_ERROR);
    }

    /** Begins to connect, or asks how it went. */
    private void advance(boolean first) {
        try {
            if (first ? origin.connect(destination) : origin.finishConnect()) {
                connected();
            } else {
                origin.interest(false, true);
            }
        } catch (IOException e) {
            failed(ConnectFailure.refusal(authority, e));
        }
    }

    /** Early bytes and an early end wait for the relay; a reset does not. */
    private void heedClient(boolean broken) {
        if (broken && client.isBroken()) {
            abort(CloseReason.CLIENT_RESET);
        } else {
            client.interest(false, false);
        }
    }

    private void connected() {
        settle();
        meter.originConnected(Addresses.text(destination));
        ByteBuf answer = reply.stands();
        CloseReason fault = null;
        try {
            int sent = client.send(answer.memoryAddress(), 0, answer.readableBytes());
            meter.overheadDown(sent);
            fault = sent < answer.readableBytes()
                    ? CloseReason.OVERLOADED
                    : null; // the kernel has no room for forty bytes
        } catch (IOException e) {
            fault = CloseReason.CLIENT_RESET;
        } finally {
            answer.release();
        }
        if (fault != null) {
            origin.resetWhenClosed();
            end(fault, OK);
            return;
        }
        Bandwidth bandwidth = loop.bandwidth().of(meter, caller, ruling);
        new SocketRelay(loop, meter, client, origin, OK, bandwidth).begin(false, false);
        log.debug("tunnel opened session={} origin={}", meter.id(), authority);
    }

    private void failed(Refusal refusal) {
        ByteBuf answer = reply.refusal(loop, refusal); // there may be no memory for it
        settle();
        origin.close();
        log.debug(
                "refused session={} status={} {}", meter.id(), refusal.status().code(), refusal.message());
        RefusedClient.end(loop, client, meter, answer, refusal);
    }

    @Override
    public SessionMeter meter() {
        return meter;
    }

    /** The client is gone, or somebody ended the session. */
    @Override
    public void abort(CloseReason reason) {
        if (!over) {
            settle();
            end(reason, 0);
        }
    }

    private void settle() {
        over = true;
        loop.sweep().remove(this);
        loop.sessions().unregister(meter);
    }

    private void end(CloseReason reason, int status) {
        client.close();
        origin.close();
        loop.clients().left();
        meter.close(reason, status);
    }

    @Override
    public void sweep(long nowNanos) {
        if (nowNanos - sinceNanos > loop.config().timeouts().connect().toNanos()) {
            failed(ConnectFailure.timeout(authority));
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
