package io.weir.proxyengine;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** How the sessions of one event loop reach their origins, themselves or through upstreams, and the connections that wait for the next one. That loop only. */
final class WaysOut {
    private final NameResolver names;
    private final Connector connector;
    private final Outbound outbound;
    private final UpstreamChecks checks;
    private final OriginPool idle;
    private final SessionWays taken = new SessionWays();
    private final Set<SecureUpstream> secured = new HashSet<>();

    WaysOut(EngineLoop loop, LoopShare share, InForce inForce) {
        EngineConfig config = inForce.config();
        names = new NameResolver(loop.eventLoop(), config, share.dnsCache());
        connector = new Connector(loop.eventLoop(), config, names, inForce.policy(), share.reads());
        outbound = new Outbound(loop, connector, inForce.upstreams());
        checks = new UpstreamChecks(loop);
        idle = new OriginPool(
                loop.sweep(),
                config.timeouts().keepAlive().toNanos(),
                idleMax(config),
                bytes -> loop.standing().ownLeg().originDown(bytes));
    }

    /** All loops together keep a tenth as many idle connections as there may be clients. */
    private static int idleMax(EngineConfig config) {
        return Math.max(
                1,
                Math.min(
                        1024,
                        config.limits().maxConnections()
                                / (10 * config.network().eventLoops())));
    }

    /** Goes by these from the next session on. */
    void reconfigure(InForce now) {
        outbound.reconfigure(now.upstreams());
        connector.reconfigure(now.config(), now.policy());
        idle.idleNanos(now.config().timeouts().keepAlive().toNanos());
    }

    Connector connector() {
        return connector;
    }

    /** Decides which way sessions go. */
    Outbound outbound() {
        return outbound;
    }

    /** Looks at upstreams. */
    UpstreamChecks checks() {
        return checks;
    }

    /** Idle connections. */
    OriginPool idle() {
        return idle;
    }

    /** Which upstreams sessions go through. */
    SessionWays taken() {
        return taken;
    }

    /** A connection to an upstream speaks TLS. */
    void secured(SecureUpstream connection) {
        secured.add(connection);
    }

    /** It is closed, and all of it is counted. */
    void securedNoMore(SecureUpstream connection) {
        secured.remove(connection);
    }

    /** No session begins any more: ends what waits for one. */
    void drain() {
        checks.stop();
        idle.close();
    }

    /** Ends every connection that speaks TLS, whoever has it. */
    void cut() {
        List.copyOf(secured).forEach(SecureUpstream::cut);
    }

    /** Whether all that was said with upstreams is counted. */
    boolean isQuiet() {
        return secured.isEmpty();
    }

    void release() {
        names.close();
    }
}
