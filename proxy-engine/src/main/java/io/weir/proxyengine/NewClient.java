package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.proxyengine.access.Credentials;
import io.weir.proxyengine.access.Known;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that has connected and said nothing: a raw socket. If it says a plain CONNECT at once, a {@link DirectOpening} serves it and
 * no Netty channel is ever made, and neither is for SOCKS, which a {@link SocksClient} hears; for whatever else it says it becomes a channel, with a
 * {@link ClientHandler} that gets the bytes. Event loop of its socket.
 */
final class NewClient implements RawSocket.Listener, Waiting {
    private static final Logger log = LoggerFactory.getLogger(NewClient.class);

    private final EngineLoop loop;
    private final RawSocket socket;
    private final @Nullable FirstWords words; // null if there is nothing to find out
    private Caller caller;
    private final long sinceNanos;
    private byte[] held = HeadReader.NOTHING;
    private int headerBytes;
    private boolean over;
    private int sweepPosition = -1;

    private NewClient(EngineLoop loop, int descriptor, Caller caller) {
        this.loop = loop;
        this.caller = caller;
        words = caller.listener().isPlainHttp() ? null : new FirstWords(caller);
        socket = RawSocket.accepted(descriptor, this);
        sinceNanos = loop.sweep().nowNanos();
    }

    /**
     * Serves a connection that was accepted.
     *
     * @param descriptor the loop's from now on, whatever happens
     */
    static NewClient begin(EngineLoop loop, int descriptor, Caller caller) {
        var client = new NewClient(loop, descriptor, caller);
        loop.clients().came();
        loop.sweep().add(client);
        if (!FirstWords.mayConnect(caller)) {
            client.turnAway();
            return client;
        }
        try {
            client.socket.register(loop.eventLoop());
            client.socket.interest(true, false);
        } catch (IOException | RuntimeException e) {
            log.error("a client could not be served remote={}", caller.remote(), e);
            client.close();
        }
        return client;
    }

    /** Not a byte of it is read. */
    private void turnAway() {
        loop.ledger().record(notTrusted(caller));
        close();
    }

    static ConnectionRefused notTrusted(Caller caller) {
        return new ConnectionRefused(
                0, caller.remote(), "", "listener " + caller.listener().name() + " is for its load balancers only");
    }

    /** Reads what the client has said, if anything. */
    void read() {
        if (over) {
            return;
        }
        int read = 0;
        try {
            read = loop.clients().headReader().read(socket, held);
            if (read < 0) {
                end(CloseReason.CLIENT_ABORTED);
            } else if (read > 0) {
                serve();
            }
        } catch (IOException reset) {
            end(CloseReason.CLIENT_RESET);
        } catch (RuntimeException | Error e) {
            log.error("client connection failed remote={}", caller.remote(), e);
            held = loop.clients().headReader().held();
            end(CloseReason.INTERNAL_ERROR);
        }
    }

    private void serve() {
        HeadReader head = loop.clients().headReader();
        FirstWords.Next next = FirstWords.Next.HTTP;
        if (words != null) {
            next = words.next(head.bytes(), head.length());
            int taken = words.takeHeaderBytes();
            headerBytes += taken;
            head.drop(taken);
            caller = words.caller();
        }
        switch (next) {
            case MORE -> held = head.held();
            case HTTP -> serveHttp(head);
            case SOCKS -> {
                leave();
                SocksClient.begin(loop, socket, caller, sinceNanos, headerBytes);
            }
            case TLS -> becomeSecure(head);
            case REFUSED -> {
                held = head.held();
                end(CloseReason.BAD_REQUEST);
            }
        }
    }

    private void serveHttp(HeadReader head) {
        String target = head.connectTarget();
        Authority authority = target == null ? null : Authority.parse(target, 0);
        long overhead = (long) headerBytes + head.length();
        Caller user = authority == null ? null : user(head);
        boolean isDirect = user != null
                && authority != null
                && DirectOpening.begin(loop, socket, user, TunnelReply.HTTP, authority, overhead, 0);
        if (isDirect) {
            leave();
        } else {
            becomeChannel();
        }
    }

    /** Who asks, if that need not be asked or is known; null if it must be found out, which is done on a channel. */
    private @Nullable Caller user(HeadReader head) {
        if (loop.entrance().turnedAway(caller) != null) {
            return null;
        }
        LoopAccess access = loop.access();
        if (access == null || !access.asks(caller)) {
            return caller;
        }
        String said = head.proxyAuthorization();
        Credentials credentials = said == null ? null : Credentials.ofBasic(said);
        Known known = credentials == null ? null : access.known(caller, credentials, null);
        return known == null ? null : caller.as(known.user());
    }

    private void becomeChannel() {
        ByteBuf said = loop.clients().headReader().copy(loop.clients().allocator()); // there may be no memory for it
        leave();
        SocketChannel channel = ClientChannels.adopt(loop, socket);
        var handler = new ClientHandler(loop, channel, caller);
        handler.begin(sinceNanos, headerBytes);
        if (channel.isActive()) {
            channel.pipeline().fireChannelRead(said);
            channel.pipeline().fireChannelReadComplete();
        } else { // reset right after it said it
            handler.resetAfter(said.readableBytes());
            said.release();
        }
    }

    private void becomeSecure(HeadReader head) {
        ByteBuf said = head.copy(loop.clients().allocator());
        leave();
        SecureClient.begin(loop, ClientChannels.adopt(loop, socket), caller, sinceNanos, headerBytes, said);
    }

    /** Nobody else has the client: what it has said counts, if it has said anything. */
    private void end(CloseReason reason) {
        if (!over) {
            leave();
            socket.close();
            loop.clients().left();
            loop.admission().countUnserved(caller, headerBytes, held.length, 0, reason);
        }
    }

    @Override
    public void drain() {
        close();
    }

    @Override
    public void close() {
        end(CloseReason.NODE_STOPPED);
    }

    private void leave() {
        over = true;
        loop.sweep().remove(this);
    }

    @Override
    public void ready(RawSocket unused, boolean readable, boolean writable, boolean broken) {
        if (readable) {
            read();
        }
    }

    @Override
    public void sweep(long nowNanos) {
        if (nowNanos - sinceNanos > loop.config().timeouts().head().toNanos()) {
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
