package io.weir.proxyengine;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CommandReceived;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.eventbus.LedgerEvent.OverloadChanged;
import io.weir.eventbus.LoopDelay;
import io.weir.eventbus.LoopPublisher;
import io.weir.eventbus.OverloadStep;
import io.weir.proxyengine.LiveConfig.InterceptedHosts;
import io.weir.proxyengine.overload.ProcessGauges;
import io.weir.proxyengine.rules.CompiledRule;
import io.weir.proxyengine.rules.LiveRules;
import io.weir.proxyengine.rules.RuleSource;
import io.weir.proxyengine.rules.Rules;
import io.weir.proxyengine.rules.RulesException;
import io.weir.proxyengine.upstream.UpstreamException;
import io.weir.proxyengine.upstream.UpstreamStatus;
import io.weir.proxyengine.upstream.Upstreams;
import io.weir.proxyengine.upstream.UpstreamsConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proxy: listens, and carries what clients ask for. One a node; any thread may call it.
 *
 * <p>Each client connection belongs to one event loop, and so does each origin connection that serves it. What the sessions count
 * goes to the {@link EventBus}; the engine keeps no totals.
 */
public final class ProxyEngine implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ProxyEngine.class);
    private static final long MEMORY_LOOK_MILLIS = 250;
    private static final long PUBLISH_LAST_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long SAY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final String LOOP_LOST = "an event loop is lost, start the node again";
    private static final String LEDGER_LOST = "the ledger is lost, start the node again";
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private volatile EngineConfig config; // only what LiveConfig has may differ from the start's
    private final EventBus bus;
    private final MultiThreadIoEventLoopGroup group;
    private final Map<EventExecutor, EngineLoop> loops = new HashMap<>();
    private final List<LoopDelay> delays = new ArrayList<>();
    private final Listeners listeners;
    private final AcceptLimit acceptLimit;
    private final SessionPlaces places;
    private final Shortage shortage = new Shortage(ProcessGauges.filesMax());
    private final FrugalReads reads = ChannelTuning.receiveBuffers();
    private final @Nullable Interception interception;
    private volatile @Nullable Users users;
    private final @Nullable LiveRules rules;
    private final SharedBandwidth bandwidth;
    private boolean closed;
    private volatile boolean isClosing;
    private volatile boolean isLost; // by any loop, perhaps by more than one
    private OverloadStep heeded = OverloadStep.NORMAL; // the overload monitor's thread
    private volatile boolean hurried;
    private volatile Upstreams upstreams;
    private volatile @Nullable Consumer<Rules> rulesListener;

    private ProxyEngine(
            EngineConfig config,
            EventBus bus,
            @Nullable Users users,
            @Nullable LiveRules rules,
            Upstreams upstreams) {
        this.config = config;
        this.bus = bus;
        this.rules = rules;
        bandwidth = new SharedBandwidth(
                config.limits().bandwidth(), config.network().eventLoops(), System::nanoTime);
        this.users = users;
        listeners = new Listeners(this::bind);
        group = new MultiThreadIoEventLoopGroup(
                config.network().eventLoops(),
                new DefaultThreadFactory("weir-loop"),
                config.network().transport().handlers());
        acceptLimit = new AcceptLimit(config.limits().maxConnections());
        places = new SessionPlaces(config.limits().sessions());
        this.upstreams = upstreams;
        interception = config.intercept() == null ? null : Interception.start(config.intercept());
        if (rules != null) {
            rules.onChange(this::rulesRead);
        }
    }

    /**
     * Starts to listen. The bus must have its consumer.
     *
     * @throws EngineException if an address cannot be listened on, or a file cannot be used; then nothing was started
     */
    public static ProxyEngine start(EngineConfig config, EventBus bus) {
        return start(config, bus, config.openRules());
    }

    /**
     * The same, with rules that are open; they are closed with the engine, or if it does not start.
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
    static ProxyEngine start(
            EngineConfig config, EventBus bus, @Nullable LiveRules rules, @Nullable Users users) {
        ProxyEngine engine;
        try {
            Upstreams upstreams = open(config.upstreams(), Upstreams.NONE);
            engine = new ProxyEngine(config, bus, users, rules, upstreams);
        } catch (RuntimeException e) {
            close(rules);
            close(users);
            throw e;
        }
        try {
            Listeners.Ready first =
                    engine.listeners.prepare(config.network().listeners());
            engine.listeners.take(first);
            engine.startLoops();
            engine.listeners.begin();
            engine.listeners.enter(first, List.copyOf(engine.loops.values()));
        } catch (RuntimeException e) {
            engine.listeners.close();
            engine.group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            engine.upstreams.leaveTo(Upstreams.NONE);
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
        return config.network().transport().hasRawSockets()
                ? SocketDoor.bind(listener, config.network().eventLoops(), acceptLimit, joins)
                : ChannelDoor.bind(group, config, listener, acceptLimit, reads);
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
        var inForce = new InForce(
                config, policy(config, addresses()), rulesToAsk(), upstreams, listeners.asEntered(), users);
        for (EventExecutor executor : group) {
            var loop = new EngineLoop((EventLoop) executor, share, inForce);
            loops.put(executor, loop);
            loop.start();
            delays.add(LoopDelay.watch("engine-" + loops.size(), executor));
        }
        group.forEach(executor -> executor.scheduleWithFixedDelay(
                () -> {
                    reads.adapt(ByteBufAllocator.DEFAULT);
                    lookForLost();
                },
                MEMORY_LOOK_MILLIS,
                MEMORY_LOOK_MILLIS,
                TimeUnit.MILLISECONDS));
        watchUpstreams(upstreams);
    }

    /** What it could not go on without. Any thread. */
    private void lookForLost() {
        if (isLost || isClosing) {
            return;
        }
        boolean isLoopLost = loops.keySet().stream().anyMatch(EventExecutor::isTerminated);
        if (isLoopLost || bus.isConsumerLost()) {
            isLost = true;
            bus.admission().refuseForGood(isLoopLost ? LOOP_LOST : LEDGER_LOST);
            loops.values().forEach(loop -> execute(loop, () -> loop.sessions().abortAll(CloseReason.INTERNAL_ERROR)));
            log.error(
                    "{} is lost, so not all could be counted: all sessions are ended and none begins, start the node again",
                    isLoopLost ? "an event loop" : "the ledger");
        }
    }

    /** The first loop looks at them. */
    private void watchUpstreams(Upstreams now) {
        EngineLoop first = loops.values().iterator().next();
        execute(first, () -> first.ways().checks().watch(now.nodes()));
    }

    private static DestinationPolicy policy(EngineConfig now, List<InetSocketAddress> addresses) {
        var own = new ArrayList<>(now.permissions().refusedDestinations());
        own.addAll(addresses);
        return new DestinationPolicy(own, now.allowsPrivateDestinations());
    }

    /**
     * Goes by other values from now on, and records that before any loop does. Returns at once; once the engine has stopped it is void.
     *
     * @param change for the ledger
     * @throws EngineException naming what is wrong; then nothing was changed
     */
    public void reconfigure(LiveConfig live, ConfigChanged change) {
        reconfigure(live, null, change);
    }

    /** The same with other rules. */
    public void reconfigure(LiveConfig live, LiveRules.@Nullable Ready other, ConfigChanged change) {
        reconfigure(live, other, null, change);
    }

    /**
     * The same with another entrance.
     *
     * @param other what {@link #prepareRules} has read; null to keep those of now
     * @param entrance what {@link #prepareEntrance} has made, which may be closed afterwards; null to keep the one of now
     */
    public void reconfigure(
            LiveConfig live, LiveRules.@Nullable Ready other, @Nullable NewEntrance entrance, ConfigChanged change) {
        EngineConfig changed = entrance == null
                ? config.with(live, change.version())
                : config.with(live, change.version()).with(entrance.config());
        DestinationPolicy policy = policy(
                changed, entrance == null ? addresses() : entrance.listeners().addresses());
        InterceptedHosts hosts = live.hosts();
        Upstreams before = upstreams;
        Upstreams now = changed.upstreams().equals(before.config()) ? before : open(changed.upstreams(), before);
        if (rules != null && other != null) {
            rules.replace(other);
        }
        if (rules != null) {
            rules.abilities(EngineConfig.abilities(changed.intercept(), changed.upstreams()));
        }
        Rules newest = rulesToAsk();
        Runnable enter = entrance == null ? () -> {} : take(entrance);
        var inForce = new InForce(
                changed,
                policy,
                newest,
                now,
                entrance == null
                        ? listeners.asEntered()
                        : entrance.listeners().configs(),
                users);
        var left = new AtomicInteger(loops.size());
        command(change, loop -> {
            try {
                loop.reconfigure(inForce);
            } finally {
                if (left.decrementAndGet() == 0) {
                    enter.run();
                }
            }
        });
        config = changed;
        if (!now.equals(before)) {
            upstreams = now;
            watchUpstreams(now);
            before.leaveTo(now);
        }
        acceptLimit.max(changed.limits().maxConnections());
        places.limits(changed.limits().sessions());
        bandwidth.limits(changed.limits().bandwidth());
        if (interception != null && hosts != null) {
            interception.hosts(hosts);
        }
    }

    /**
     * Makes another entrance, for {@link #reconfigure}: takes addresses, reads certificates and users. Nothing is in force by that. Waits; no event loop's thread.
     *
     * @throws EngineException naming what is wrong with a listener, or with them all
     * @throws UsersException naming what is wrong with the users
     */
    public NewEntrance prepareEntrance(Entrance next) {
        config.with(next); // checks
        listeners.awaitEntered();
        Users before = users;
        Users nowUsers;
        try {
            nowUsers = Users.open(next.access(), before);
        } catch (EngineException e) {
            throw new UsersException(String.valueOf(e.getMessage()), e);
        }
        try {
            return new NewEntrance(next, listeners.prepare(next.listeners()), nowUsers, before);
        } catch (RuntimeException e) {
            if (!Objects.equals(nowUsers, before)) {
                close(nowUsers);
            }
            throw e;
        }
    }

    /** Says what the entrance is from now on. What is returned lets in through it; it is to be run once all loops know it. */
    private Runnable take(NewEntrance entrance) {
        Listeners.Ready ready = entrance.listeners();
        Users before = users;
        Users now = entrance.users();
        listeners.begin();
        listeners.take(ready);
        users = now;
        entrance.taken();
        return () -> {
            listeners.enter(ready, List.copyOf(loops.values()));
            if (!Objects.equals(before, now)) {
                close(before);
            }
        };
    }

    /** Looks now at the files that it looks at from time to time: certificates of listeners, users. Reads them if they have changed; no event loop's thread. */
    public void refresh() {
        listeners.certificates().refresh();
        Users now = users;
        if (now != null) {
            now.refresh();
        }
    }

    /** The newest; null if there are none. */
    private @Nullable Rules rulesToAsk() {
        Rules newest = rules == null ? null : rules.current();
        return newest == null || newest.size() == 0 ? null : newest;
    }

    /**
     * Reads rules, for {@link #reconfigure}; nothing is in force by that. Reads files.
     *
     * @param source where they are
     * @param next what they may name, which need not be in force yet
     * @throws EngineException naming all their faults, or if the engine was started without rules
     */
    public LiveRules.Ready prepareRules(RuleSource source, UpstreamsConfig next) {
        if (rules == null) {
            throw new EngineException("the engine was started without rules");
        }
        try {
            return rules.prepare(source, EngineConfig.abilities(config.intercept(), next));
        } catch (RulesException e) {
            throw new EngineException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Who is told, on the thread that reads rules, that they are others, and has them put in force by {@link #reconfigure}. Without one they
     * are in force at once.
     */
    public void onRules(Consumer<Rules> listener) {
        rulesListener = listener;
    }

    private void rulesRead() {
        LiveRules live = Objects.requireNonNull(rules);
        Consumer<Rules> listener = rulesListener;
        if (listener == null) {
            Rules newest = rulesToAsk();
            loops.values().forEach(loop -> execute(loop, () -> loop.rules(newest)));
        } else {
            listener.accept(live.current());
        }
    }

    /**
     * Goes so far from now on to spare what is short, and records it if that is another step. Nothing that moves is touched, and all of it ends with the step.
     * One thread; returns at once.
     *
     * @param cause which figure asks for it, for people; empty for none
     */
    public void overload(OverloadStep step, String cause) {
        lookForLost(); // there may be no loop left that could
        shortage.set(step, cause);
        OverloadStep before = heeded;
        if (before == step) {
            return;
        }
        acceptLimit.hold(step.isAtLeast(OverloadStep.ACCEPT_PAUSED));
        log.warn("overload step={} previous={} cause=\"{}\"", step, before, cause);
        command(new OverloadChanged(step, before, cause), EngineLoop::heedShortage);
        heeded = step; // if there was memory for all of it; else it is done again
    }

    /** Who decides that, to be told when it is time to look again: files may run out between two looks. */
    public void overloadMonitor(Runnable lookSoon) {
        shortage.monitor(lookSoon);
    }

    /** How far it goes now. Any thread. */
    public OverloadStep overloadStep() {
        OverloadStep step = shortage.step();
        return isLost && !step.isAtLeast(OverloadStep.REFUSING) ? OverloadStep.REFUSING : step;
    }

    /** Which figure asks for that, for people; empty if none does. Any thread. */
    public String overloadCause() {
        String lost = isLost ? bus.admission().refusal() : null;
        return lost == null ? shortage.cause() : lost;
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
        for (EngineLoop loop : loops.values()) {
            most = Math.max(most, loop.ledger().waiting());
        }
        return (double) most / LoopPublisher.BACKLOG_LIMIT;
    }

    private static Upstreams open(UpstreamsConfig config, Upstreams before) {
        try {
            return Upstreams.open(config, before);
        } catch (UpstreamException e) {
            throw new EngineException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Its upstreams, each as it is now, in the order of the configuration. */
    public List<UpstreamStatus> upstreams() {
        return upstreams.status();
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
        Users now = users;
        return now == null ? -1 : now.count();
    }

    /** The rules that are in force now, to be asked. */
    public Rules currentRules() {
        return rules == null ? Rules.NONE : rules.current();
    }

    /** The rules that are in force now, in their order, each with how often it has decided; none if there are none. */
    public List<CompiledRule> rules() {
        return rules == null ? List.of() : rules.current().all();
    }

    /** How late the tasks of each event loop run. The list is never changed, what is in it is. */
    public List<LoopDelay> loopDelays() {
        return List.copyOf(delays);
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
        return loops.values();
    }

    /**
     * Ends one session, if it is open, and records who asked for it. Returns at once.
     *
     * @param why the reason that was given; empty if none was
     */
    public void closeSession(long sessionId, String by, String why) {
        command(
                new CommandReceived("closeConnection", sessionId, by, why),
                loop -> loop.sessions().abort(sessionId, CloseReason.CLOSED_BY_COMMAND));
    }

    /**
     * Ends all open sessions, and records who asked for it. Returns at once.
     *
     * @param why the reason that was given; empty if none was
     */
    public void closeAllSessions(String by, String why) {
        command(
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
        command(
                new CommandReceived(command, 0, by, why),
                loop -> loop.sessions().abortEach(ids, CloseReason.CLOSED_BY_COMMAND));
    }

    /**
     * Ends all open sessions of users who have used up a quota; what they ask for next is refused by the bus's board. Returns at once; any thread.
     */
    public void endSessionsOf(Set<String> users) {
        loops.values()
                .forEach(loop -> execute(loop, () -> loop.sessions().abortUsers(users, CloseReason.QUOTA_EXCEEDED)));
    }

    /** Records the command before any loop carries it out; once the engine has stopped it is void. */
    private void command(LedgerEvent command, Consumer<EngineLoop> effect) {
        EngineLoop first = loops.values().iterator().next();
        execute(first, () -> {
            first.ledger().record(command);
            loops.values().forEach(loop -> execute(loop, () -> effect.accept(loop)));
        });
    }

    private static void execute(EngineLoop loop, Runnable task) {
        try {
            loop.eventLoop().execute(task);
        } catch (RejectedExecutionException stopped) {
            log.debug("a command came when the engine had stopped");
        }
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
        isClosing = true;
        listeners.close();
        onLoops(loop -> {
            loop.beginDrain();
            return 0;
        });
        drain(config.timeouts().drain());
        onLoops(loop -> {
            loop.endAll();
            return 0;
        });
        upstreams.leaveTo(Upstreams.NONE);
        close(users);
        close(rules);
        if (interception != null) {
            interception.close(); // bodies that are stored now still have exchanges to tell of them
        }
        boolean quiet = awaitUntil(PUBLISH_LAST_NANOS, () -> onLoops(loop -> loop.isQuiet() ? 0 : 1) == 0);
        if (!quiet) {
            log.error("some sessions could not be published before the end; the next start records their end");
        }
        onLoops(loop -> {
            loop.release();
            return 0;
        });
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** Waits until no session is left, at most so long, and says once a second how it stands. */
    private void drain(Duration limit) {
        long start = System.nanoTime();
        long said = start;
        boolean isOver = false;
        while (!isOver) {
            int left = onLoops(loop -> loop.sessions().count());
            long now = System.nanoTime();
            long leftNanos = limit.toNanos() - (now - start);
            isOver = left == 0 || leftNanos <= 0 || hurried;
            if (isOver && left > 0) {
                log.info(
                        "draining ended, ending sessions={} because=\"{}\"",
                        left,
                        hurried ? "second signal" : "time is up");
            } else if (!isOver && now - said >= SAY_NANOS) {
                said += SAY_NANOS;
                log.info("draining, sessions left={} seconds={}", left, TimeUnit.NANOSECONDS.toSeconds(leftNanos));
            }
            if (!isOver) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    /** Lets a {@link #close} that is under way, or comes, wait for no session. Any thread; returns at once. */
    public void hurry() {
        hurried = true;
    }

    /** Sums what each loop answers, on its own thread. */
    private int onLoops(ToIntFunction<EngineLoop> question) {
        int sum = 0;
        for (EngineLoop loop : loops.values()) {
            if (loop.eventLoop().isTerminated()) {
                continue; // it is lost, and has nothing more to say
            }
            Future<Integer> answer =
                    loop.eventLoop().submit(() -> question.applyAsInt(loop)).awaitUninterruptibly();
            if (answer.isSuccess()) {
                sum += answer.getNow();
            } else {
                log.error("a loop could not answer", answer.cause());
                sum++; // it is not known to be done
            }
        }
        return sum;
    }

    private static boolean awaitUntil(long limitNanos, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > limitNanos) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return true;
    }
}
