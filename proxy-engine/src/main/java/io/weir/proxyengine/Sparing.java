package io.weir.proxyengine;

import io.netty.channel.EventLoop;
import java.time.Duration;

/** Spares what is short, on one event loop: has ended what stands still, as far as that is asked for now. Nothing that moves is touched. That loop only. */
final class Sparing {
    private final EventLoop loop;
    private final Shortage shortage;
    private final Sweep sweep;
    private final Sweep relaySweep;
    private Duration tunnelIdle;

    Sparing(EventLoop loop, Shortage shortage, Sweep sweep, Sweep relaySweep, Duration tunnelIdle) {
        this.loop = loop;
        this.shortage = shortage;
        this.sweep = sweep;
        this.relaySweep = relaySweep;
        this.tunnelIdle = tunnelIdle;
    }

    /** Often enough for the timeout to be a tenth late at most, and so rarely that 10,000 idle tunnels cost nothing. */
    static long relaySweepMillis(Duration tunnelIdle) {
        return Math.max(50, Math.min(10_000, tunnelIdle.toMillis() / 10));
    }

    /** Looks as often as that needs. */
    void tunnelIdle(Duration timeout) {
        tunnelIdle = timeout;
        adaptRelaySweep();
    }

    private void adaptRelaySweep() {
        Duration patience = Duration.ofNanos(shortage.patience(tunnelIdle.toNanos()));
        relaySweep.period(loop, relaySweepMillis(patience));
    }

    /** It is another step now: what is idle learns of it at once. */
    void heed(OriginPool idle, OpenSessions sessions, boolean draining) {
        idle.keep(shortage.keepsOrigins() && !draining);
        adaptRelaySweep();
        if (!shortage.keepsOrigins()) {
            sweep.run();
            relaySweep.run();
        }
        if (!shortage.keepsClients()) {
            endKeptAlive(sessions);
        }
    }

    private void endKeptAlive(OpenSessions sessions) {
        for (Swept one : sweep.all()) {
            if (one instanceof ClientLife client) {
                client.endKeptAlive();
            } else if (one instanceof MultiplexedClient client) {
                client.endKeptAlive();
            }
        }
        sessions.forEachIntercepted(InterceptedTunnel::endKeptAlive);
    }
}
