package io.weir.proxyengine;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.LedgerEvent.CommandReceived;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.eventbus.LoopDelay;
import io.weir.eventbus.LoopPublisher;
import io.weir.eventbus.OverloadStep;
import io.weir.proxyengine.overload.ProcessGauges;
import io.weir.proxyengine.rules.CompiledRule;
import io.weir.proxyengine.rules.LiveRules;
import io.weir.proxyengine.rules.RuleSource;
import io.weir.proxyengine.rules.Rules;
import io.weir.proxyengine.rules.RulesException;
import io.weir.proxyengine.upstream.UpstreamException;
import io.weir.proxyengine.upstream.UpstreamStatus;
import io.weir.proxyengine.upstream.Upstreams;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The proxy: listens, and carries what clients ask for. One a node; any thread may call it.
 *
 * <p>Each client connection belongs to one event loop, and so does each origin connection that serves it. What the sessions count
 * goes to the {@link EventBus}; the engine keeps no totals.
 */
public final class ProxyEngine implements AutoCloseable {
    private static final long MEMORY_LOOK_MILLIS = 250;

    private final EventBus bus;
    private final MultiThreadIoEventLoopGroup group;
    private final Crew crew = new Crew();
    private final List<LoopDelay> delays = new ArrayList<>();
    private final Listeners listeners;
    private final AcceptLimit acceptLimit;
    private final SessionPlaces places = new SessionPlaces();
    private final Shortage shortage = new Shortage(ProcessGauges.filesMax());
    private final FrugalReads reads = ChannelTuning.receiveBuffers();
    private final @Nullable Interception interception;
    private final @Nullable LiveRules rules;
    private final SharedBandwidth bandwidth;
    private final Reconfiguration going;
    private final Lookout lookout;
    private final Drain drain = new Drain(crew);
    private boolean closed;

    private ProxyEngine(
            EngineConfig config, EventBus bus, @Nullable Users users, @Nullable LiveRules rules, Upstreams upstreams) {
        this.bus = bus;
        this.rules = rules;
        bandwidth = new SharedBandwidth(
                config.limits().bandwidth(), config.network().eventLoops(), System::nanoTime);
        listeners = new Listeners(this::bind);
        group = new MultiThreadIoEventLoopGroup(
                config.network().eventLoops(),
                new DefaultThreadFactory("weir-loop"),
                config.network().transport().handlers());
        acceptLimit = new AcceptLimit(config.limits().maxConnections());
        interception = config.intercept() == null ? null : Interception.start(config.intercept());
        going = new Reconfiguration(
                config, upstreams, rules, crew, listeners, users, acceptLimit, bandwidth, interception);
        lookout = new Lookout(bus, crew, acceptLimit, shortage);
    }

    /**
     * Starts to listen. The bus must have its consumer.
     *
     * @throws EngineException if an address cannot be listened on, or a file cannot be used; then nothing was started
     */
    public static ProxyEngine start(EngineConfig config, EventBus bus) {
        LiveRules rules = config.openRules();
        ProxyEngine engine = start(config, bus, rules);
        engine.going.goByRules();
        return engine;
    }

    /**
     * The same, with rules that are open; they are closed with the engine, or if it does not start. Who has opened them is told of changes, and has them put in force by
     * {@link #reconfigure}; without that they are in force as soon as they were read.
     *
     * @param rules what is allowed, instead of what the configuration names; null if everything is
     */
    public static ProxyEngine start(EngineConfig config, EventBus bus, @Nullable LiveRules rules) {
        Users users;
        try {
            users = Users.open(config.permissions().access(), null);
        } catch (RuntimeException e) {
            close(rules);
            throw e;
        }
        return start(config, bus, rules, users);
    }

    /** The same, with users that are open, too; they are closed with the engine, or if it does not start. */
    static ProxyEngine start(EngineConfig config, EventBus bus, @Nullable LiveRules rules, @Nullable Users users) {
        ProxyEngine engine;
        try {
            Upstreams upstreams = Reconfiguration.read(() -> Upstreams.open(config.upstreams()));
            engine = new ProxyEngine(config, bus, users, rules, upstreams);
        } catch (RuntimeException e) {
            close(rules);
            close(users);
            throw e;
        }
        try {
            Listeners.Ready first = engine.listeners.prepare(config.network().listeners());
            engine.listeners.take(first);
            engine.startLoops();
            engine.listeners.begin();
            engine.listeners.enter(first, engine.crew.all()).join();
        } catch (RuntimeException e) {
            engine.listeners.close();
            engine.group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            engine.going.upstreams().close();
            close(users);
            close(rules);
            if (engine.interception != null) {
                engine.interception.close();
            }
            throw e;
        }
        return engine;
    }

    private static void close(@Nullable LiveRules rules) {
        if (rules != null) {
            rules.close();
        }
    }

    private static void close(@Nullable Users users) {
        if (users != null) {
            users.close();
        }
    }

    private Door bind(ListenerConfig listener, boolean joins) {
        NetworkConfig network = going.config().network();
        return network.transport().hasRawSockets()
                ? SocketDoor.bind(listener, network.eventLoops(), acceptLimit, joins)
                : ChannelDoor.bind(group, going.config(), listener, acceptLimit, reads);
    }

    private void startLoops() {
        var share = new LoopShare(
                bus,
                NameResolver.newCache(),
                reads,
                acceptLimit,
                places,
                shortage,
                interception,
                listeners.certificates(),
                bandwidth);
        InForce inForce = going.inForce();
        for (EventExecutor executor : group) {
            var loop = new EngineLoop((EventLoop) executor, share, inForce);
            crew.add(loop);
            loop.start();
            delays.add(LoopDelay.watch("engine-" + crew.all().size(), executor));
        }
        group.forEach(executor -> executor.scheduleWithFixedDelay(
                () -> {
                    reads.adapt(ByteBufAllocator.DEFAULT);
                    lookout.lookForLost();
                },
                MEMORY_LOOK_MILLIS,
                MEMORY_LOOK_MILLIS,
                TimeUnit.MILLISECONDS));
        going.watchUpstreams();
    }

    /**
     * Reads all that other values name, and takes the addresses of new listeners; nothing is in force by that. Waits; no event loop's thread.
     *
     * @param source where the rules are that hold with them; null to keep those of now
     * @param entrance where clients come in then, and who; null to keep that of now
     * @throws EngineException naming what is wrong: a {@link ListenException} or a {@link UsersException}, or one with a {@link RulesException} or an
     *     {@link UpstreamException} for its cause, if that is what it is
     */
    public PreparedConfig prepare(LiveConfig live, @Nullable RuleSource source, @Nullable Entrance entrance) {
        return going.prepare(live, source, entrance);
    }

    /**
     * The same with rules that were read because their files have changed, for values of which the rest is in force.
     *
     * @return nothing if other rules have come into force since these were read
     */
    public Optional<PreparedConfig> prepareRules(LiveConfig live, LiveRules.Ready read) {
        return going.prepareRules(live, read);
    }

    /**
     * Goes by other values as soon as that is recorded: what comes of them, a refusal or a session that names their version, stands behind {@code change} in the
     * journal. While the ring is full they wait. Returns at once.
     *
     * @param change for the ledger
     * @param also what else is to be done when it is recorded; by an event loop, so it must not wait
     * @return completes with true when every event loop goes by them; with false if the engine has stopped, and then they are void. If a loop is lost it never does
     */
    public CompletableFuture<Boolean> reconfigure(PreparedConfig next, ConfigChanged change, Runnable also) {
        return going.reconfigure(next, change, also);
    }

    /**
     * Goes so far from now on to spare what is short, and records it if that is another step. Nothing that moves is touched, and all of it ends with the step.
     * One thread; returns at once.
     *
     * @param cause which figure asks for it, for people; empty for none
     */
    public void overload(OverloadStep step, String cause) {
        lookout.overload(step, cause);
    }

    /** Who decides that, to be told when it is time to look again: files may run out between two looks. */
    public void overloadMonitor(Runnable lookSoon) {
        shortage.monitor(lookSoon);
    }

    /** How far it goes now. Any thread. */
    public OverloadStep overloadStep() {
        return lookout.step();
    }

    /** Which figure asks for that, for people; empty if none does. Any thread. */
    public String overloadCause() {
        return lookout.cause();
    }

    /** Requests that were refused since the start because something was short. Any thread. */
    public long refusedForOverload() {
        return shortage.refused();
    }

    /** Whether a file was wanted a moment ago and none was to be had. Any thread. */
    public boolean isShortOfFiles() {
        return shortage.isShortOfFiles();
    }

    /** What waits for a slot of the ring on the loop on which most does, as a part of what may. Any thread. */
    public double waitingForLedger() {
        int most = 0;
        for (EngineLoop loop : crew.all()) {
            most = Math.max(most, loop.ledger().waiting());
        }
        return (double) most / LoopPublisher.BACKLOG_LIMIT;
    }

    /** Its upstreams, each as it is now, in the order of the configuration. */
    public List<UpstreamStatus> upstreams() {
        return going.upstreams().status();
    }

    /** Its listeners, each with the address and port that it has got. */
    public List<ListenerConfig> listeners() {
        return listeners.configs();
    }

    /** Where it listens: the actual addresses and ports. */
    public List<InetSocketAddress> addresses() {
        return listeners.configs().stream().map(ListenerConfig::address).toList();
    }

    /** Clients connected now. */
    public int connections() {
        return acceptLimit.connected();
    }

    /** Users that may use the proxy; -1 if everybody may. */
    public int users() {
        Users now = going.users();
        return now == null ? -1 : now.count();
    }

    /** The rules that are in force now, to be asked. */
    public Rules currentRules() {
        return going.rules();
    }

    /** The rules that are in force now, in their order, each with how often it has decided; none if there are none. */
    public List<CompiledRule> rules() {
        return going.rules().all();
    }

    /** How late the tasks of each event loop run. The list is never changed, what is in it is. */
    public List<LoopDelay> loopDelays() {
        return List.copyOf(delays);
    }

    /** Looks now at the files that it looks at from time to time: certificates of listeners, users. Reads them if they have changed; no event loop's thread. */
    public void refresh() {
        listeners.certificates().refresh();
        Users now = going.users();
        if (now != null) {
            now.refresh();
        }
    }

    /** Waits until the last change is in force at every door, for tests. */
    void awaitEntered() {
        listeners.awaitEntered();
    }

    /** Who has places, for tests. */
    SessionPlaces places() {
        return places;
    }

    /** What limits sessions of several loops, for tests. */
    SharedBandwidth bandwidth() {
        return bandwidth;
    }

    /** The loops, for tests of what they do. */
    Collection<EngineLoop> loops() {
        return crew.all();
    }

    /**
     * Ends one session, if it is open, and records who asked for it. Returns at once.
     *
     * @param why the reason that was given; empty if none was
     */
    public void closeSession(long sessionId, String by, String why) {
        crew.command(
                new CommandReceived("closeConnection", sessionId, by, why),
                loop -> loop.sessions().abort(sessionId, CloseReason.CLOSED_BY_COMMAND));
    }

    /**
     * Ends all open sessions, and records who asked for it. Returns at once.
     *
     * @param why the reason that was given; empty if none was
     */
    public void closeAllSessions(String by, String why) {
        crew.command(
                new CommandReceived("closeAllConnections", 0, by, why),
                loop -> loop.sessions().abortAll(CloseReason.CLOSED_BY_COMMAND));
    }

    /**
     * Ends those of these sessions that are open, and records once who asked for it. Returns at once.
     *
     * @param command what was asked for, such as {@code closeSessions host=a.example}
     * @param why the reason that was given; empty if none was
     */
    public void closeSessions(Collection<Long> sessionIds, String command, String by, String why) {
        List<Long> ids = List.copyOf(sessionIds);
        crew.command(
                new CommandReceived(command, 0, by, why),
                loop -> loop.sessions().abortEach(ids, CloseReason.CLOSED_BY_COMMAND));
    }

    /**
     * Ends all open sessions of users who have used up a quota; what they ask for next is refused by the bus's board. Returns at once; any thread.
     */
    public void endSessionsOf(Set<String> users) {
        crew.each(loop -> loop.sessions().abortUsers(users, CloseReason.QUOTA_EXCEEDED));
    }

    /**
     * Stops: accepts nothing more, lets open sessions go on for the configured time, ends the rest, and waits until all of it was
     * published. Blocks; no event loop's thread. The bus may be closed afterwards. A second call does nothing.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        lookout.closing();
        going.closing();
        listeners.close();
        crew.await(EngineLoop::beginDrain);
        drain.awaitSessions(going.config().timeouts().drain());
        crew.await(EngineLoop::endAll);
        going.upstreams().close();
        close(going.users());
        close(rules);
        if (interception != null) {
            interception.close(); // bodies that are stored now still have exchanges to tell of them
        }
        drain.awaitPublished();
        crew.await(EngineLoop::release);
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** Lets a {@link #close} that is under way, or comes, wait for no session. Any thread; returns at once. */
    public void hurry() {
        drain.hurry();
    }
}
