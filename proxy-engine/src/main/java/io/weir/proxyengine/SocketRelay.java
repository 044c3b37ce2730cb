package io.weir.proxyengine;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes bytes between the sockets of a client and an origin until both have ended, without Netty's channels: what a tunnel is for nearly
 * all its life. Event loop of both sockets. Idle, it owns two files and no buffer.
 *
 * <p>Each direction ends on its own. FIN passes on when all before it was written, while the other direction goes on; a reset passes on
 * as a reset, at once, in both directions.
 */
final class SocketRelay implements ActiveSession, Swept, RawSocket.Listener {
    private static final Logger log = LoggerFactory.getLogger(SocketRelay.class);

    private final EngineLoop loop;
    private final SessionMeter meter;
    private final RawSocket client;
    private final RawSocket origin;
    private final Flow up;
    private final Flow down;
    private final int status;
    private final @Nullable Bandwidth bandwidth;
    private final IdleWatch idle;
    private boolean finished;
    private int sweepPosition = -1;

    /**
     * Makes a relay of two sockets that are on the loop; {@link #begin} starts it.
     *
     * @param status the status code that the client got
     * @param bandwidth limits it, and is closed with it; null if nothing does
     */
    SocketRelay(
            EngineLoop loop,
            SessionMeter meter,
            RawSocket client,
            RawSocket origin,
            int status,
            @Nullable Bandwidth bandwidth) {
        this.loop = loop;
        this.meter = meter;
        this.client = client;
        this.origin = origin;
        this.status = status;
        this.bandwidth = bandwidth;
        idle = new IdleWatch(meter, loop.config().timeouts().tunnelIdle().toNanos(), System.nanoTime());
        up = new Flow(loop.movers(), meter, client, origin, true, bandwidth == null ? null : bandwidth.up());
        down = new Flow(loop.movers(), meter, origin, client, false, bandwidth == null ? null : bandwidth.down());
    }

    /** Starts it, with directions that have ended already. */
    void begin(boolean clientEnded, boolean originEnded) {
        loop.sessions().register(meter, this);
        loop.relaySweep().add(this);
        client.tell(this);
        origin.tell(this);
        if (bandwidth != null) {
            bandwidth.up().add(() -> goOn(client));
            bandwidth.down().add(() -> goOn(origin));
        }
        if (clientEnded) {
            heed(up, up.end());
        }
        if (originEnded && !finished) {
            heed(down, down.end());
        }
        if (!finished) {
            client.interest(up.isOpen(), false);
            origin.interest(down.isOpen(), false);
        }
    }

    @Override
    public void ready(RawSocket socket, boolean readable, boolean writable, boolean broken) {
        try {
            boolean isClient = socket.equals(client);
            move(socket, isClient ? up : down, isClient ? down : up, readable, writable, broken);
        } catch (RuntimeException | Error e) {
            log.error("relay failed session={}", meter.id(), e);
            abort(CloseReason.INTERNAL_ERROR);
        }
    }

    /** Something may be read again, of which the socket was ready before. */
    private void goOn(RawSocket socket) {
        if (!finished) {
            ready(socket, true, false, false);
        }
    }

    private void move(RawSocket socket, Flow from, Flow into, boolean readable, boolean writable, boolean broken) {
        if (writable && into.isHeld()) {
            heed(into, into.flush());
        }
        if (!finished && readable && from.isOpen()) {
            heed(from, from.pump()); // what came before a reset still counts, and passes on
        } else if (!finished && broken && socket.isBroken()) {
            reset(socket);
        }
        if (!finished) {
            client.interest(up.isOpen(), down.isHeld());
            origin.interest(down.isOpen(), up.isHeld());
        }
    }

    private void heed(Flow flow, Mover.Outcome outcome) {
        switch (outcome) {
            case SOURCE_BROKEN -> reset(flow.source());
            case SINK_BROKEN -> reset(flow.sink());
            case ENDED -> {
                if (up.isEnded() && down.isEnded()) {
                    finish(CloseReason.COMPLETED);
                }
            }
            case MORE, DONE -> {}
        }
    }

    /** One side broke: the other learns it the same way. */
    private void reset(RawSocket broken) {
        boolean isClient = broken.equals(client);
        (isClient ? origin : client).resetWhenClosed();
        finish(isClient ? CloseReason.CLIENT_RESET : CloseReason.ORIGIN_RESET);
    }

    @Override
    public SessionMeter meter() {
        return meter;
    }

    /** Ends what is not complete, on both sides with a reset, so that neither takes a part for the whole. */
    @Override
    public void abort(CloseReason reason) {
        if (!finished) {
            client.resetWhenClosed();
            origin.resetWhenClosed();
            finish(reason);
        }
    }

    private void finish(CloseReason reason) {
        finished = true;
        loop.relaySweep().remove(this);
        up.release();
        down.release();
        if (bandwidth != null) {
            bandwidth.close();
        }
        client.close();
        origin.close();
        loop.clients().left();
        loop.sessions().unregister(meter);
        meter.close(reason, status);
        log.debug("tunnel closed session={} reason={}", meter.id(), reason);
    }

    @Override
    public void sweep(long nowNanos) {
        if (idle.isOverdue(nowNanos, loop.shortage(), bandwidth != null && bandwidth.isWaiting())) {
            abort(CloseReason.IDLE_TIMEOUT);
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
