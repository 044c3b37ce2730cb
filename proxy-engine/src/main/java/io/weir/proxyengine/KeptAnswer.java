package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;

/**
 * An answer of the proxy's own after which the client's connection goes on, as it does after a 407: the client asks again there. Ends the session when the kernel
 * has taken all of it. Event loop of the channel.
 */
final class KeptAnswer implements ActiveSession {
    private final EngineLoop loop;
    private final ClientLife life;
    private final SocketChannel client;
    private final SessionMeter meter;
    private final Refusal refusal;
    private final IdleWatch watch;
    private boolean over;

    KeptAnswer(EngineLoop loop, ClientLife life, SocketChannel client, SessionMeter meter, Refusal refusal) {
        this.loop = loop;
        this.life = life;
        this.client = client;
        this.meter = meter;
        this.refusal = refusal;
        long limitNanos = loop.config().timeouts().exchangeIdle().toNanos();
        watch = new IdleWatch(meter, limitNanos, loop.sweep().nowNanos());
    }

    /** Sends it; the reference passes on. */
    void send(ByteBuf answer) {
        loop.sessions().register(meter, this);
        client.writeAndFlush(answer).addListener((ChannelFuture written) -> written(written.isSuccess()));
    }

    private void written(boolean isSuccess) {
        if (over) {
            return;
        }
        if (isSuccess) {
            over = true;
            loop.sessions().unregister(meter);
            meter.close(refusal.reason(), refusal.status().code());
            life.served();
        } else {
            abort(CloseReason.CLIENT_ABORTED);
        }
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
        life.settle();
        client.close();
        loop.eventLoop()
                .execute(() ->
                        meter.close(reason, refusal.status().code())); // after the write that failed with the channel
    }

    void sweep(long nowNanos) {
        if (watch.isOverdue(nowNanos, loop.shortage())) {
            abort(CloseReason.IDLE_TIMEOUT);
        }
    }
}
