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
 * A client that has connected and said nothing: a raw socket. If it says a plain CONNECT at once, a {@link DirectOpening} serves it and
 * no Netty channel is ever made; for whatever else it says it becomes a channel, with a {@link ClientHandler} that gets the
 * bytes. Event loop of its socket.
 */
final class NewClient implements RawSocket.Listener, Swept {
    private static final Logger log = LoggerFactory.getLogger(NewClient.class);

    private final EngineLoop loop;
    private final RawSocket socket;
    private final String remote;
    private final long sinceNanos;
    private boolean over;
    private int sweepPosition = -1;

    private NewClient(EngineLoop loop, int descriptor, String remote) {
        this.loop = loop;
        this.remote = remote;
        socket = RawSocket.accepted(descriptor, this);
        sinceNanos = loop.sweep().nowNanos();
    }

    /**
     * Serves a connection that was accepted.
     *
     * @param descriptor the loop's from now on, whatever happens
     */
    static NewClient begin(EngineLoop loop, int descriptor, String remote) {
        var client = new NewClient(loop, descriptor, remote);
        loop.clientCame();
        loop.sweep().add(client);
        try {
            client.socket.register(loop.eventLoop());
            client.socket.interest(true, false);
        } catch (IOException | RuntimeException e) {
            log.error("a client could not be served remote={}", remote, e);
            client.close();
        }
        return client;
    }

    /** Reads what the client has said, if anything. */
    void read() {
        if (over) {
            return;
        }
        int read = 0;
        try {
            read = loop.headReader().read(socket);
            if (read < 0) {
                close();
            } else if (read > 0) {
                serve(read);
            }
        } catch (IOException reset) {
            close();
        } catch (RuntimeException | Error e) {
            log.error("client connection failed remote={}", remote, e);
            fail(read);
        }
    }

    private void serve(int headBytes) {
        String target = loop.headReader().connectTarget();
        if (target != null && DirectOpening.begin(loop, socket, remote, target, headBytes)) {
            leave();
        } else {
            becomeChannel();
        }
    }

    /** Nobody else has the client yet: what it said is lost, and counts. */
    private void fail(int headBytes) {
        if (over) {
            return;
        }
        close();
        if (headBytes > 0) {
            SessionMeter meter =
                    loop.refusal() == null ? loop.open(SessionProtocol.HTTP, "", "", "", remote) : loop.overload();
            meter.up(headBytes);
            if (!loop.isOverload(meter)) {
                meter.close(CloseReason.INTERNAL_ERROR, 0);
            }
        }
    }

    private void becomeChannel() {
        ByteBuf said = loop.headReader().copy(loop.allocator()); // there may be no memory for it
        leave();
        SocketChannel channel = ClientChannels.adopt(loop, socket);
        var handler = new ClientHandler(loop, channel, remote);
        handler.begin(sinceNanos);
        if (channel.isActive()) {
            channel.pipeline().fireChannelRead(said);
            channel.pipeline().fireChannelReadComplete();
        } else { // reset right after it said it
            handler.resetAfter(said.readableBytes());
            said.release();
        }
    }

    void close() {
        if (!over) {
            leave();
            socket.close();
            loop.clientLeft();
        }
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
        if (nowNanos - sinceNanos > loop.config().headTimeout().toNanos()) {
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
