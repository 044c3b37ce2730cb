package io.weir.proxyengine;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.resolver.dns.DnsCache;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LoopPublisher;
import io.weir.eventbus.SessionIds;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.SessionRoute;
import io.weir.proxyengine.access.PasswordChecker;
import io.weir.proxyengine.rules.CompiledRule;
import io.weir.proxyengine.rules.Rules;
import io.weir.proxyengine.tls.ProxyTls;
import io.weir.proxyengine.upstream.UpstreamNode;
import io.weir.proxyengine.upstream.Upstreams;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the sessions of one event loop share: the loop's publisher, connector, idle origin connections, and timers. That loop only, so
 * nothing in it is shared with another thread.
 */
final class EngineLoop {
    private static final Logger log = LoggerFactory.getLogger(EngineLoop.class);

    /** Ids that no client's session gets, so that each loop has one for its overload session. */
    private static final long IDS_KEPT = 1024;

    /** Over all loops, for streams whose receivers keep up. */
    private static final long STREAMS_AHEAD_BYTES = 64 << 20;

    /** Of 1 MiB each, over all loops: half of what Linux grants a user. */
    private static final int LARGE_PIPES = 32;

    /** Refusals for a shortage that are recorded between two sweeps, at most. */
    private static final int SHORTAGE_RECORDS = 64;

    private final EventLoop loop;
    private EngineConfig config;
    private final EventBus bus;
    private final LoopPublisher publisher;
    private final NameResolver names;
    private final Connector connector;
    private final Outbound outbound;
    private final UpstreamChecks upstreamChecks = new UpstreamChecks(this);
    private final LongObjectMap<UpstreamNode> ways =
            new LongObjectHashMap<>(); // by session, of those that go through an upstream
    private final Set<SecureUpstream> secured = new HashSet<>();
    private final OriginPool origins;
    private final Sweep sweep = new Sweep(Sweep.PERIOD_MILLIS);
    private final Sweep relaySweep;
    private final RelayMovers movers;
    private final AcceptLimit acceptLimit;
    private final SessionPlaces places;
    private final @Nullable Interception interception;
    private final Certificates certificates;
    private final @Nullable LoopAccess access;
    private @Nullable Rules rules;
    private SessionRoute unruled;
    private final FrugalReads reads;
    private final Shortage shortage;
    private final HeadReader headReader = new HeadReader();
    private ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
    private volatile int clients; // this loop's thread writes it, those of the others read it
    private final LongObjectMap<ActiveSession> sessions = new LongObjectHashMap<>();
    private final HeadWriter heads = new HeadWriter();
    private final StreamWindows.Budget windows;
    private final LateFlush flushes;
    private final Via via;
    private final LoopBandwidth bandwidth;
    private @Nullable SessionMeter overload;
    private @Nullable SessionMeter ownLeg;
    private boolean draining;
    private long shortageRecordedNanos;
    private int shortageRecords;

    EngineLoop(
            EventLoop loop,
            EngineConfig config,
            EventBus bus,
            DnsCache dnsCache,
            DestinationPolicy policy,
            FrugalReads reads,
            AcceptLimit acceptLimit,
            SessionPlaces places,
            Shortage shortage,
            @Nullable Interception interception,
            Certificates certificates,
            @Nullable PasswordChecker passwords,
            @Nullable Rules rules,
            SharedBandwidth sharedBandwidth,
            Upstreams upstreams) {
        this.loop = loop;
        this.rules = rules;
        unruled = SessionRoute.under(config.configVersion());
        this.certificates = certificates;
        this.config = config;
        AccessConfig accessConfig = config.access();
        access =
                passwords == null || accessConfig == null ? null : new LoopAccess(this, accessConfig, passwords.desk());
        this.bus = bus;
        publisher = new LoopPublisher(
                bus, (task, delay) -> loop.schedule(task, delay, TimeUnit.MILLISECONDS), System::currentTimeMillis);
        flushes = new LateFlush(loop);
        windows = new StreamWindows.Budget(STREAMS_AHEAD_BYTES / config.eventLoops());
        via = new Via(config.nodeName());
        bandwidth = new LoopBandwidth(sharedBandwidth, PaceClock.of(loop), sweep);
        names = new NameResolver(loop, config, dnsCache);
        connector = new Connector(loop, config, names, policy, reads);
        outbound = new Outbound(this, connector, upstreams);
        relaySweep = new Sweep(relaySweepMillis(config.tunnelIdleTimeout()));
        movers = new RelayMovers(
                config.relayBufferBytes(), pipes(config), Math.max(1, LARGE_PIPES / config.eventLoops()), reads);
        this.acceptLimit = acceptLimit;
        this.places = places;
        this.shortage = shortage;
        this.interception = interception;
        this.reads = reads;
        origins = new OriginPool(
                sweep, config.keepAliveTimeout().toNanos(), idleOrigins(config), bytes -> ownLeg().originDown(bytes));
    }

    /** All loops together keep a tenth as many idle connections as there may be clients. */
    private static int idleOrigins(EngineConfig config) {
        return Math.max(1, Math.min(1024, config.maxConnections() / (10 * config.eventLoops())));
    }

    /** All loops together have a pipe for one in 64 clients: it takes two files, as a tunnel does. */
    private static int pipes(EngineConfig config) {
        if (config.transport() != Transport.SPLICE) {
            return 0;
        }
        return Math.max(1, Math.min(512, config.maxConnections() / (64 * config.eventLoops())));
    }

    void start() {
        sweep.start(loop);
        relaySweep.start(loop);
    }

    /** Goes by these from now on; what has begun goes on as it began. */
    void reconfigure(
            EngineConfig newConfig, DestinationPolicy policy, @Nullable Rules newRules, Upstreams newUpstreams) {
        outbound.reconfigure(newUpstreams);
        config = newConfig;
        unruled = SessionRoute.under(newConfig.configVersion());
        rules = newRules;
        connector.reconfigure(newConfig, policy);
        origins.idleNanos(newConfig.keepAliveTimeout().toNanos());
        relaySweep.period(loop, relaySweepMillis());
    }

    /** Often enough for the timeout to be a tenth late at most, and so rarely that 10,000 idle tunnels cost nothing. */
    private static long relaySweepMillis(Duration tunnelIdle) {
        return Math.max(50, Math.min(10_000, tunnelIdle.toMillis() / 10));
    }

    private long relaySweepMillis() {
        long idleNanos = config.tunnelIdleTimeout().toNanos();
        return relaySweepMillis(Duration.ofNanos(shortage.patience(idleNanos)));
    }

    /** Goes as far as is asked for now to spare what is short: what is idle learns of it at once. Nothing that moves is touched. */
    void heedShortage() {
        origins.keep(shortage.keepsOrigins() && !draining);
        relaySweep.period(loop, relaySweepMillis());
        if (!shortage.keepsOrigins()) {
            sweep.run();
            relaySweep.run();
        }
        if (!shortage.keepsClients()) {
            endKeptAlive();
        }
    }

    private void endKeptAlive() {
        for (Swept one : sweep.all()) {
            if (one instanceof ClientHandler client) {
                client.endKeptAlive();
            } else if (one instanceof MultiplexedClient client) {
                client.endKeptAlive();
            }
        }
        for (ActiveSession session : List.copyOf(sessions.values())) {
            if (session instanceof InterceptedTunnel tunnel) {
                tunnel.endKeptAlive();
            }
        }
    }

    EventLoop eventLoop() {
        return loop;
    }

    EngineConfig config() {
        return config;
    }

    Connector connector() {
        return connector;
    }

    /** Which way sessions go. */
    Outbound outbound() {
        return outbound;
    }

    /** Looks at upstreams. */
    UpstreamChecks upstreamChecks() {
        return upstreamChecks;
    }

    /** A session goes through that upstream, or tries to. */
    void goesThrough(SessionMeter meter, UpstreamNode node) {
        UpstreamNode before = ways.put(meter.id(), node);
        if (before == null) {
            meter.beforeClose(reason -> leaveWay(meter.id()));
        } else {
            before.left();
        }
        node.entered();
        meter.routed(meter.route().rule(), node.name());
    }

    private void leaveWay(long sessionId) {
        UpstreamNode node = ways.remove(sessionId);
        if (node != null) {
            node.left();
        }
    }

    /** Through which upstream a session goes; null if through none. */
    @Nullable UpstreamNode wayOf(SessionMeter meter) {
        return ways.get(meter.id());
    }

    /** A connection to an upstream speaks TLS. */
    void secured(SecureUpstream connection) {
        secured.add(connection);
    }

    /** It is closed, and all of it is counted. */
    void securedNoMore(SecureUpstream connection) {
        secured.remove(connection);
    }

    /**
     * The one session of this loop that counts what is said with upstreams and belongs to no client's session: checks, and what TLS says on a
     * connection that nobody uses.
     */
    SessionMeter ownLeg() {
        SessionMeter meter = ownLeg;
        if (meter == null || !meter.isOpen()) {
            meter = open(SessionProtocol.HTTP, "UPSTREAM", "", "", "", "");
            ownLeg = meter;
        }
        return meter;
    }

    OriginPool origins() {
        return origins;
    }

    RelayMovers movers() {
        return movers;
    }

    /** What reads the beginning of what clients say. */
    HeadReader headReader() {
        return headReader;
    }

    /** Of what raw clients said and of refusals to them. */
    ByteBufAllocator allocator() {
        return allocator;
    }

    /** Another allocator, for tests of what happens when memory has run out. */
    void allocator(ByteBufAllocator other) {
        allocator = other;
    }

    FrugalReads reads() {
        return reads;
    }

    /** What is running short, over all loops. */
    Shortage shortage() {
        return shortage;
    }

    /** Whether a client's connection goes on after an answer. */
    boolean keepsClients() {
        return !draining && shortage.keepsClients();
    }

    /** How much waits for the ledger's thread here. Any thread. */
    int waitingForLedger() {
        return publisher.waiting();
    }

    /** How many raw clients it serves, channels that were made of such ones included. Any thread; a moment's view. */
    int clients() {
        return clients;
    }

    /** A raw client has come, for which the limit has let it in. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    void clientCame() {
        clients++;
    }

    /** A raw client has gone, or one whose channel was taken over. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void clientLeft() {
        clients--;
        acceptLimit.leave();
    }

    /** Whether there is room for one more client, on a connection that it shares with others; {@link #sharerLeft} gives it back. */
    boolean sharerCame() {
        return acceptLimit.enter();
    }

    /** One of the clients on a connection that several share has gone. */
    void sharerLeft() {
        acceptLimit.leave();
    }

    /** With what a listener speaks TLS. */
    ProxyTls tls(ListenerConfig listener) {
        return certificates.of(listener);
    }

    /** What to intercept with; null if nothing is. */
    @Nullable Interception interception() {
        return interception;
    }

    /** Who may use the proxy; null if everybody may. */
    @Nullable LoopAccess access() {
        return access;
    }

    /** What is allowed; null if there are no rules. */
    @Nullable Rules rules() {
        return rules;
    }

    /** Goes by other rules from now on. */
    void rules(@Nullable Rules newRules) {
        rules = newRules;
    }

    /** Puts the heads of this loop's messages into bytes. */
    HeadWriter heads() {
        return heads;
    }

    /** How much streams of HTTP/2 may be sent ahead. */
    StreamWindows.Budget windows() {
        return windows;
    }

    /** Limits sessions. */
    LoopBandwidth bandwidth() {
        return bandwidth;
    }

    /** Flushes what a round of the loop has written. */
    LateFlush flushes() {
        return flushes;
    }

    /** This node, as it signs messages. */
    Via via() {
        return via;
    }

    /** For connections that take requests: deadlines of seconds. */
    Sweep sweep() {
        return sweep;
    }

    /** For relays, of which there may be many and whose deadline is far. */
    Sweep relaySweep() {
        return relaySweep;
    }

    boolean isDraining() {
        return draining;
    }

    /** Why no session may begin; null if one may. */
    @Nullable String refusal() {
        String refusal = bus.admission().refusal();
        if (refusal == null && publisher.isBacklogged()) {
            refusal = "the ledger is behind";
        }
        if (refusal == null && bus.sessionIds().left() < IDS_KEPT) {
            refusal = "the ledger has not reserved more session ids yet";
        }
        if (refusal == null && draining) {
            refusal = "the proxy is stopping";
        }
        return refusal == null ? shortage.refusal() : refusal;
    }

    /**
     * Asks whether a session that was opened may carry anything: whether its user has a quota left, and there is a place for it, which it has
     * until it is closed. A refusal is recorded here; the caller answers it.
     *
     * @param target what was asked for
     * @return why it may not; null if it may
     */
    @Nullable Refusal admit(SessionMeter meter, Caller caller, String target) {
        Refusal refusal = SpentQuota.refusal(bus.quotas(), caller.user());
        if (refusal == null) {
            refusal = places.enter(meter, caller, config.sessionLimits());
        }
        if (refusal != null) {
            recordRefusal(meter, caller.remote(), target, refusal);
        }
        return refusal;
    }

    /** Opens a root session. A tunnel is its own parent; an exchange has none, and is likely to be over in a moment. */
    SessionMeter open(SessionProtocol protocol, String method, String host, String url, Caller caller) {
        return open(protocol, method, host, url, caller.remote(), caller.user());
    }

    private SessionMeter open(
            SessionProtocol protocol, String method, String host, String url, String remote, String user) {
        long id = nextId();
        boolean isTunnel = protocol == SessionProtocol.HTTPS_TUNNEL;
        var opened = new SessionOpened(id, isTunnel ? id : 0, protocol, method, host, url, remote, user);
        return isTunnel ? publisher.open(opened, unruled) : publisher.openSoon(opened, unruled);
    }

    /** Opens the session of an exchange in an intercepted tunnel; it is likely to be over in a moment. */
    SessionMeter openChild(
            SessionMeter parent, SessionProtocol protocol, String method, String host, String url, Caller caller) {
        return publisher.openSoon(
                new SessionOpened(nextId(), parent.id(), protocol, method, host, url, caller.remote(), caller.user()),
                sameWay(parent));
    }

    private SessionRoute sameWay(SessionMeter parent) {
        String upstream = parent.route().upstream();
        return upstream.isEmpty() ? unruled : new SessionRoute(unruled.configVersion(), "", upstream);
    }

    private long nextId() {
        long id = bus.sessionIds().next();
        if (id == SessionIds.NONE) {
            throw new IllegalStateException("no session id is left: the ledger has reserved no more");
        }
        return id;
    }

    /** Records that something was denied; if by a rule, its name, and counts that. */
    void recordRefusal(SessionMeter meter, String remote, String target, Refusal refusal) {
        CompiledRule rule = refusal.rule();
        if (rule == null) {
            recordRefusal(meter, remote, target, refusal.message());
        } else {
            rule.count();
            meter.routed(rule.name(), meter.route().upstream());
            recordRefusal(meter, remote, target, "rule " + rule.name());
        }
    }

    void recordRefusal(SessionMeter meter, String remote, String target, String reason) {
        publisher.publish(meter, new ConnectionRefused(meter.id(), remote, target, reason));
    }

    /**
     * Records that a request was refused because something is short, if that is why: all of them are counted, but in the ledger are no more than a few each sweep,
     * or those who are turned away would fill what is short.
     *
     * @param meter of the session that counts what was said
     */
    void recordShortage(SessionMeter meter, String remote, String target) {
        String refusal = shortage.refusal();
        if (refusal == null) {
            return;
        }
        shortage.countRefused();
        if (shortageRecordedNanos != sweep.nowNanos()) {
            shortageRecordedNanos = sweep.nowNanos();
            shortageRecords = 0;
        }
        boolean mayRecord = bus.admission().refusal() == null && publisher.waiting() == 0;
        if (mayRecord && shortageRecords++ < SHORTAGE_RECORDS) {
            recordRefusal(meter, remote, target, refusal);
        }
    }

    /** Records an event that names a session, after what that has to say. */
    void record(SessionMeter named, LedgerEvent event) {
        publisher.publish(named, event);
    }

    /** Records an event of no session. */
    void record(LedgerEvent event) {
        publisher.publish(event);
    }

    /**
     * The same, and does something when the event has its place in the ring, so that whatever that leads to stands behind it: with the next task, or, if the ring is
     * full, when there is room.
     */
    void record(LedgerEvent event, Runnable afterwards) {
        publisher.publish(event, () -> {
            try {
                loop.execute(afterwards);
            } catch (RejectedExecutionException stopped) {
                log.debug("an event was recorded when the loop had stopped");
            }
        });
    }

    /**
     * The one session of this loop that counts what is said on connections that may open none, while the ledger cannot
     * take more sessions: no byte goes uncounted and no memory grows.
     */
    SessionMeter overload() {
        SessionMeter meter = overload;
        if (meter == null || !meter.isOpen()) {
            meter = open(SessionProtocol.HTTP, "REFUSED", "", "", "", "");
            overload = meter;
        }
        return meter;
    }

    /**
     * Counts what was said on a connection that ended before anybody could serve it; nothing happens if nothing was.
     *
     * @param overheadUp of a balancer's header and of handshakes
     * @param up of what would have been a request
     * @param overheadDown answers to handshakes
     */
    void countUnserved(Caller caller, long overheadUp, long up, long overheadDown, CloseReason reason) {
        if (overheadUp + up + overheadDown == 0) {
            return;
        }
        SessionMeter meter = refusal() == null ? open(SessionProtocol.HTTP, "", "", "", caller) : overload();
        meter.overheadUp(overheadUp);
        meter.up(up);
        meter.overheadDown(overheadDown);
        if (!isOverload(meter)) {
            meter.close(reason, 0);
        }
    }

    boolean isOverload(SessionMeter meter) {
        return meter.equals(overload);
    }

    void register(SessionMeter meter, ActiveSession session) {
        sessions.put(meter.id(), session);
    }

    void unregister(SessionMeter meter) {
        sessions.remove(meter.id());
    }

    /** What carries a session now, for tests of what does. */
    @Nullable ActiveSession session(long id) {
        return sessions.get(id);
    }

    int sessionCount() {
        return sessions.size();
    }

    /** Ends one session, if it is this loop's. */
    boolean abort(long sessionId, CloseReason reason) {
        ActiveSession session = sessions.get(sessionId);
        if (session == null) {
            return false;
        }
        session.abort(reason);
        return true;
    }

    /** Ends those of these sessions that are this loop's. */
    void abortEach(List<Long> sessionIds, CloseReason reason) {
        for (long id : sessionIds) {
            ActiveSession session = sessions.get(id); // one that has ended with its tunnel is not there any more
            if (session != null) {
                abortInOrder(session, reason);
            }
        }
    }

    void abortAll(CloseReason reason) {
        for (ActiveSession session : List.copyOf(sessions.values())) {
            abortInOrder(session, reason);
        }
    }

    /** Ends what these users have open. What has its last answer already stays: it carries nothing more, and the answer may say why. */
    void abortUsers(Set<String> users, CloseReason reason) {
        for (ActiveSession session : List.copyOf(sessions.values())) {
            if (users.contains(session.meter().user()) && !(session instanceof LingeringClose)) {
                abortInOrder(session, reason);
            }
        }
    }

    private static void abortInOrder(ActiveSession session, CloseReason reason) {
        try {
            session.abort(reason);
        } catch (RuntimeException e) { // the others must end in order all the same
            log.error("a session was not ended in order reason={}", reason, e);
        }
    }

    /** No new sessions; connections between two requests end now, the others after the one they carry. */
    void beginDrain() {
        draining = true;
        upstreamChecks.stop();
        origins.close();
        for (Swept one : sweep.all()) {
            if (one instanceof Waiting client) {
                client.drain();
            }
        }
        for (ActiveSession session : List.copyOf(sessions.values())) {
            if (session instanceof InterceptedTunnel tunnel) {
                tunnel.goAway();
            }
        }
    }

    /** The time to drain is over: ends every session and every connection, so that nothing is read any more. */
    void endAll() {
        abortAll(CloseReason.NODE_STOPPED);
        List.copyOf(secured).forEach(SecureUpstream::cut);
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
        if (overload != null && overload.isOpen()) {
            overload.close(CloseReason.OVERLOADED, 503);
        }
        if (ownLeg != null && ownLeg.isOpen()) {
            ownLeg.close(CloseReason.COMPLETED, 0);
        }
        publisher.publishPending();
        return sessions.isEmpty() && secured.isEmpty() && !publisher.hasPending();
    }

    /** Gives back what the loop itself owns; nothing is carried any more. */
    void release() {
        names.close();
        movers.close();
        headReader.close();
    }
}
