package io.weir.proxyengine;

import io.netty.channel.EventLoop;
import io.weir.eventbus.CloseReason;
import io.weir.proxyengine.rules.Rules;
import org.jspecify.annotations.Nullable;

/**
 * One event loop with what its sessions share, each part of which has a job of its own: begun, reconfigured and ended here as a whole. That loop only, so
 * nothing in it is shared with another thread.
 */
final class EngineLoop {
    /** Of 1 MiB each, over all loops: half of what Linux grants a user. */
    private static final int LARGE_PIPES = 32;

    private final EventLoop loop;
    private final LoopShare share;
    private EngineConfig config;
    private @Nullable Rules rules;
    private final Sweep sweep = new Sweep(Sweep.PERIOD_MILLIS);
    private final Sweep relaySweep;
    private final LoopLedger ledger;
    private final StandingSessions standing;
    private final LoopAdmission admission;
    private final OpenSessions sessions = new OpenSessions();
    private final LoopClients clients;
    private final WaysOut ways;
    private final LoopHttp http;
    private final RelayMovers movers;
    private final LoopBandwidth bandwidth;
    private final Sparing sparing;
    private final LoopEntrance entrance;

    EngineLoop(EventLoop loop, LoopShare share, InForce inForce) {
        this.loop = loop;
        this.share = share;
        config = inForce.config();
        rules = inForce.rules();
        relaySweep = new Sweep(Sparing.relaySweepMillis(config.timeouts().tunnelIdle()));
        ledger = new LoopLedger(loop, share.bus(), config.configVersion());
        standing = new StandingSessions(ledger);
        admission = new LoopAdmission(
                share, ledger, standing, sweep, config.limits().sessions());
        clients = new LoopClients(share.acceptLimit());
        ways = new WaysOut(this, share, inForce);
        http = LoopHttp.of(loop, config);
        movers = new RelayMovers(
                config.network().relayBufferBytes(),
                pipes(config),
                Math.max(1, LARGE_PIPES / config.network().eventLoops()),
                share.reads());
        bandwidth = new LoopBandwidth(share.bandwidth(), PaceClock.of(loop), sweep);
        sparing = new Sparing(
                loop, share.shortage(), sweep, relaySweep, config.timeouts().tunnelIdle());
        entrance = new LoopEntrance(this, share.certificates(), inForce);
    }

    /** All loops together have a pipe for one in 64 clients: it takes two files, as a tunnel does. */
    private static int pipes(EngineConfig config) {
        if (config.network().transport() != Transport.SPLICE) {
            return 0;
        }
        return Math.max(
                1,
                Math.min(
                        512,
                        config.limits().maxConnections()
                                / (64 * config.network().eventLoops())));
    }

    void start() {
        sweep.start(loop);
        relaySweep.start(loop);
    }

    /** Goes by these from now on; what has begun goes on as it began. */
    void reconfigure(InForce now) {
        config = now.config();
        rules = now.rules();
        ledger.configVersion(config.configVersion());
        admission.limits(config.limits().sessions());
        ways.reconfigure(now);
        entrance.reconfigure(now);
        sparing.tunnelIdle(config.timeouts().tunnelIdle());
    }

    /** Goes by other rules from now on. */
    void rules(@Nullable Rules newRules) {
        rules = newRules;
    }

    /** Goes as far as is asked for now to spare what is short. */
    void heedShortage() {
        sparing.heed(ways.idle(), sessions, admission.isDraining());
    }

    EventLoop eventLoop() {
        return loop;
    }

    EngineConfig config() {
        return config;
    }

    /** What is allowed; null if there are no rules. */
    @Nullable Rules rules() {
        return rules;
    }

    /** Opens sessions and records what else there is. */
    LoopLedger ledger() {
        return ledger;
    }

    /** The sessions that are no client's. */
    StandingSessions standing() {
        return standing;
    }

    /** Whether sessions may begin. */
    LoopAdmission admission() {
        return admission;
    }

    /** The sessions that are open. */
    OpenSessions sessions() {
        return sessions;
    }

    /** The raw clients. */
    LoopClients clients() {
        return clients;
    }

    /** How sessions reach their origins. */
    WaysOut ways() {
        return ways;
    }

    /** With what HTTP is spoken. */
    LoopHttp http() {
        return http;
    }

    /** What moves the bytes of tunnels. */
    RelayMovers movers() {
        return movers;
    }

    /** Limits sessions. */
    LoopBandwidth bandwidth() {
        return bandwidth;
    }

    /** For connections that take requests: deadlines of seconds. */
    Sweep sweep() {
        return sweep;
    }

    /** For relays, of which there may be many and whose deadline is far. */
    Sweep relaySweep() {
        return relaySweep;
    }

    /** Who may use the proxy; null if everybody may. */
    @Nullable LoopAccess access() {
        return entrance.access();
    }

    /** What to intercept with; null if nothing is. */
    @Nullable Interception interception() {
        return share.interception();
    }

    /** Where clients come in. */
    LoopEntrance entrance() {
        return entrance;
    }

    /** Whether a client's connection goes on after an answer: also its listener must be there still, and as it was. */
    boolean keeps(Caller caller) {
        return admission.keepsClients() && entrance.isOpen(caller);
    }

    FrugalReads reads() {
        return share.reads();
    }

    /** What is running short, over all loops. */
    Shortage shortage() {
        return share.shortage();
    }

    /** No new sessions; connections between two requests end now, the others after the one they carry. */
    void beginDrain() {
        admission.drain();
        ways.drain();
        for (Swept one : sweep.all()) {
            if (one instanceof Waiting client) {
                client.drain();
            }
        }
        sessions.forEachIntercepted(InterceptedTunnel::goAway);
    }

    /** The time to drain is over: ends every session and every connection, so that nothing is read any more. */
    void endAll() {
        sessions.abortAll(CloseReason.NODE_STOPPED);
        ways.cut();
        for (Swept one : sweep.all()) {
            if (one instanceof Waiting client) {
                client.close();
            } else if (one instanceof LingeringClose lingering) {
                lingering.abort(CloseReason.NODE_STOPPED);
            }
        }
    }

    /** Called again and again at the end: whether everything this loop had to say was published. */
    boolean isQuiet() {
        standing.close();
        ledger.publishPending();
        return sessions.count() == 0 && ways.isQuiet() && !ledger.hasPending();
    }

    /** Gives back what the loop itself owns; nothing is carried any more. */
    void release() {
        ways.release();
        movers.close();
        clients.release();
    }
}
