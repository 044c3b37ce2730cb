package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that speaks SOCKS, until it has asked for its tunnel: a raw socket still. What a {@link DirectOpening} can serve never becomes a channel;
 * the rest does, with a {@link SocksHandler}. Event loop of its socket.
 */
final class SocksClient implements RawSocket.Listener, Waiting {
    private static final Logger log = LoggerFactory.getLogger(SocksClient.class);

    private final EngineLoop loop;
    private final RawSocket socket;
    private long sinceNanos;
    private final SocksHandshake handshake;
    private final SocksGate gate;
    private byte[] held = HeadReader.NOTHING;
    private long overheadUp;
    private long overheadDown;
    private boolean checking;
    private boolean over;
    private int sweepPosition = -1;

    private SocksClient(EngineLoop loop, RawSocket socket, Caller caller, long sinceNanos, int headerBytes) {
        this.loop = loop;
        this.socket = socket;
        this.sinceNanos = sinceNanos;
        handshake = SocksHandshake.with(loop, caller);
        gate = new SocksGate(loop, handshake, caller);
        overheadUp = headerBytes;
    }

    /**
     * Hears a client out whose first bytes are in the loop's reader.
     *
     * @param sinceNanos when it connected; the deadline counts from there
     * @param headerBytes of a load balancer's header that came before
     */
    static void begin(EngineLoop loop, RawSocket socket, Caller caller, long sinceNanos, int headerBytes) {
        var client = new SocksClient(loop, socket, caller, sinceNanos, headerBytes);
        loop.sweep().add(client);
        socket.tell(client);
        client.hear(true);
    }

    @Override
    public void ready(RawSocket unused, boolean readable, boolean writable, boolean broken) {
        if (over) {
            return;
        }
        if (checking) {
            heed(broken);
        } else if (readable) {
            hear(false);
        }
    }

    /** What it says meanwhile waits, and so does an end; a reset does not. */
    private void heed(boolean broken) {
        if (broken && socket.isBroken()) {
            end(CloseReason.CLIENT_RESET);
        } else {
            socket.interest(false, false);
        }
    }

    private void hear(boolean isRead) {
        try {
            int read = isRead
                    ? loop.clients().headReader().length()
                    : loop.clients().headReader().read(socket, held);
            if (read < 0) {
                end(CloseReason.CLIENT_ABORTED);
            } else if (read > 0) {
                serve(loop.clients().headReader());
            }
        } catch (IOException reset) {
            end(CloseReason.CLIENT_RESET);
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private void fail(Throwable e) {
        log.error("client connection failed remote={}", gate.caller().remote(), e);
        end(CloseReason.INTERNAL_ERROR);
    }

    private void serve(HeadReader said) throws IOException {
        held = said.held(); // whatever happens, it was read and counts
        while (true) {
            SocksHandshake.Step step = handshake.take(said.bytes(), 0, said.length());
            said.drop(handshake.taken());
            overheadUp += handshake.taken();
            held = said.held();
            switch (step) {
                case MORE -> {
                    return;
                }
                case ANSWER -> send(handshake.answer());
                case CHECK -> {
                    if (!gate.isKnown()) {
                        check();
                        return;
                    }
                    send(handshake.answer());
                }
                case REQUEST -> {
                    if (gate.isVoid()) {
                        refuse();
                    } else {
                        open();
                    }
                    return;
                }
                case REFUSED -> {
                    refuse();
                    return;
                }
            }
        }
    }

    private void check() {
        checking = true;
        long began = System.nanoTime();
        gate.check(isRight -> {
            checking = false;
            sinceNanos += System.nanoTime() - began; // our time, not the client's
            if (!over) {
                checked(isRight);
            }
        });
    }

    private void checked(boolean isRight) {
        try {
            if (isRight) {
                send(handshake.answer());
                loop.clients().headReader().load(held);
                socket.interest(true, false);
                serve(loop.clients().headReader());
            } else {
                refuse();
            }
        } catch (IOException reset) {
            end(CloseReason.CLIENT_RESET);
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    /** A handful of bytes, for which the kernel of a client that takes part has always room. */
    private void send(ByteBuf answer) throws IOException {
        try {
            int sent = socket.send(answer.memoryAddress(), answer.readerIndex(), answer.writerIndex());
            overheadDown += sent;
            if (sent < answer.readableBytes()) {
                throw new IOException("the client does not take what it is answered");
            }
        } finally {
            answer.release();
        }
    }

    private void open() {
        boolean isDirect = held.length == 0
                && DirectOpening.begin(
                        loop,
                        socket,
                        gate.caller(),
                        handshake.reply(),
                        handshake.authority(),
                        overheadUp,
                        overheadDown);
        if (isDirect) {
            leave();
        } else {
            ByteBuf early = loop.clients()
                    .allocator() // there may be no memory for it
                    .directBuffer(Math.max(1, held.length))
                    .writeBytes(held);
            leave();
            SocketChannel channel = ClientChannels.adopt(loop, socket);
            var handler = new SocksHandler(loop, channel, gate.caller(), handshake);
            handler.resume(overheadUp, overheadDown, early);
        }
    }

    private void refuse() {
        leave();
        Refusal refusal = handshake.refusal();
        SessionMeter meter = loop.admission().refusal() == null
                ? openUnnamed(loop, gate.caller(), handshake)
                : loop.standing().overload();
        meter.overheadUp(overheadUp + held.length);
        meter.overheadDown(overheadDown);
        recordDenial(loop, meter, gate.caller(), refusal);
        RefusedClient.end(loop, socket, meter, handshake.lastAnswer(loop), refusal);
    }

    /** The session of a handshake that came to nothing: no host is known. */
    static SessionMeter openUnnamed(EngineLoop loop, Caller caller, SocksHandshake handshake) {
        return loop.ledger()
                .open(
                        SessionProtocol.HTTPS_TUNNEL,
                        "TUNNEL",
                        "",
                        handshake.reply().url(""),
                        caller);
    }

    static void recordDenial(EngineLoop loop, SessionMeter meter, Caller caller, Refusal refusal) {
        LoopAccess access = loop.access();
        if (access != null) { // nothing else is denied before there is a request
            access.record(meter, caller, "", refusal);
        }
    }

    private void end(CloseReason reason) {
        if (!over) {
            leave();
            socket.close();
            loop.clients().left();
            loop.admission().countUnserved(gate.caller(), overheadUp + held.length, 0, overheadDown, reason);
        }
    }

    private void leave() {
        over = true;
        loop.sweep().remove(this);
    }

    @Override
    public void drain() {
        close();
    }

    @Override
    public void close() {
        end(CloseReason.NODE_STOPPED);
    }

    @Override
    public void sweep(long nowNanos) {
        if (!checking && nowNanos - sinceNanos > loop.config().timeouts().head().toNanos()) {
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
