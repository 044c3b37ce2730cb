package io.weir.proxyengine;

import io.netty.buffer.Unpooled;
import io.netty.channel.socket.SocketChannel;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes bytes between the channels of a client and an origin, unread, until both have ended: a tunnel, or an exchange after its
 * upgrade. Where the sockets can be had and nothing is left in the channels, a {@link SocketRelay} takes its place at once. Event loop of both channels.
 *
 * <p>Each direction ends on its own. FIN passes on when all before it was written, while the other direction goes on; a reset passes on
 * as a reset, at once, in both directions.
 */
final class Relay implements ActiveSession, Swept {
    private static final Logger log = LoggerFactory.getLogger(Relay.class);

    private final EngineLoop loop;
    private final SessionMeter meter;
    private final SocketChannel client;
    private final SocketChannel origin;
    private final int status;
    private final @Nullable Bandwidth bandwidth;
    private final IdleWatch idle;
    private boolean clientEnded;
    private boolean originEnded;
    private boolean finished;
    private int sweepPosition = -1;

    /**
     * Makes a relay; {@link #begin} starts it.
     *
     * @param status the status code that the client got
     * @param bandwidth limits it, and is closed with it; null if nothing does
     */
    Relay(
            EngineLoop loop,
            SessionMeter meter,
            SocketChannel client,
            SocketChannel origin,
            int status,
            @Nullable Bandwidth bandwidth) {
        this.loop = loop;
        this.meter = meter;
        this.client = client;
        this.origin = origin;
        this.status = status;
        this.bandwidth = bandwidth;
        idle = new IdleWatch(meter, loop.config().timeouts().tunnelIdle().toNanos(), System.nanoTime());
    }

    /**
     * Puts itself behind both pipelines. The caller then takes its own handlers out, so that what they hold passes on to the
     * relay, and calls {@link #run}.
     */
    void begin() {
        loop.sessions().register(meter, this);
        loop.relaySweep().add(this);
        client.pipeline().addLast(new RelayHandler(this, meter, Leg.ofPayload(client), client, origin));
        origin.pipeline().addLast(new RelayHandler(this, meter, Leg.ORIGIN_DOWN, origin, client));
        WriteMeter.of(client).target(meter, Leg.DOWN);
        WriteMeter.of(origin).target(meter, Leg.ORIGIN_UP);
    }

    void run() {
        UpstreamHandshake.release(origin, false);
        if (!client.isActive() || !origin.isActive()) {
            reset(client.isActive() ? origin : client);
            return;
        }
        if (RawSocket.canTakeOver(client) && RawSocket.canTakeOver(origin)) {
            handOver();
            return;
        }
        if (client.isInputShutdown()) {
            ended(client);
        }
        if (origin.isInputShutdown()) {
            ended(origin);
        }
        client.config().setAutoRead(origin.isWritable()); // what came early may fill it already
        origin.config().setAutoRead(client.isWritable());
        if (bandwidth != null && !finished) {
            PacedReads.begin(client, bandwidth.up());
            PacedReads.begin(origin, bandwidth.down());
        }
    }

    /** Nothing is left in the channels, so they are not needed any more. */
    private void handOver() {
        finished = true;
        loop.relaySweep().remove(this);
        client.config().setAutoRead(false);
        origin.config().setAutoRead(false);
        boolean clientHasEnded = client.isInputShutdown();
        boolean originHasEnded = origin.isInputShutdown();
        new SocketRelay(loop, meter, RawSocket.takeOver(client), RawSocket.takeOver(origin), status, bandwidth)
                .begin(clientHasEnded, originHasEnded);
    }

    /** One side will send nothing more. */
    void ended(SocketChannel side) {
        boolean isClient = side.equals(client);
        if (finished || (isClient ? clientEnded : originEnded)) {
            return;
        }
        if (isClient) {
            clientEnded = true;
        } else {
            originEnded = true;
        }
        SocketChannel other = isClient ? origin : client;
        other.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(
                        written -> { // last in the queue
                            if (!written.isSuccess()) {
                                reset(other); // not all arrived, so nothing is complete
                                return;
                            }
                            if (!finished) {
                                other.shutdownOutput();
                            }
                            if (clientEnded && originEnded && areFlushed()) {
                                finish(CloseReason.COMPLETED);
                            }
                        });
    }

    private boolean areFlushed() {
        return WriteMeter.of(client).inFlight() == 0 && WriteMeter.of(origin).inFlight() == 0;
    }

    /** One side broke: the other learns it the same way. */
    void reset(SocketChannel side) {
        if (finished) {
            return;
        }
        resetWhenClosed(side.equals(client) ? origin : client);
        finish(side.equals(client) ? CloseReason.CLIENT_RESET : CloseReason.ORIGIN_RESET);
    }

    void failed(Throwable cause) {
        log.error("relay failed session={}", meter.id(), cause);
        abort(CloseReason.INTERNAL_ERROR);
    }

    @Override
    public SessionMeter meter() {
        return meter;
    }

    /** Ends what is not complete, on both sides with a reset, so that neither takes a part for the whole. */
    @Override
    public void abort(CloseReason reason) {
        if (!finished) {
            resetWhenClosed(client);
            resetWhenClosed(origin);
            finish(reason);
        }
    }

    private static void resetWhenClosed(SocketChannel side) {
        if (side.isActive()) {
            side.config().setSoLinger(0);
        }
    }

    private void finish(CloseReason reason) {
        if (finished) {
            return;
        }
        finished = true;
        loop.relaySweep().remove(this);
        if (bandwidth != null) {
            bandwidth.close();
        }
        client.close();
        origin.close();
        loop.eventLoop()
                .execute(
                        () -> { // after the writes that failed with the channels
                            loop.sessions().unregister(meter);
                            meter.close(reason, status);
                            log.debug("tunnel closed session={} reason={}", meter.id(), reason);
                        });
    }

    boolean isFinished() {
        return finished;
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
