package io.weir.proxyengine;

import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.proxyengine.LiveConfig.InterceptedHosts;
import io.weir.proxyengine.rules.LiveRules;
import io.weir.proxyengine.rules.RuleSource;
import io.weir.proxyengine.rules.Rules;
import io.weir.proxyengine.rules.RulesException;
import io.weir.proxyengine.upstream.UpstreamException;
import io.weir.proxyengine.upstream.Upstreams;
import io.weir.proxyengine.upstream.UpstreamsConfig;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What an engine goes by, and how that becomes something else: read, recorded, then in force. Any thread. */
final class Reconfiguration {
    private final Crew crew;
    private final Listeners listeners;
    private final AcceptLimit acceptLimit;
    private final SharedBandwidth bandwidth;
    private final @Nullable Interception interception;
    private final @Nullable LiveRules rules;
    private volatile EngineConfig config; // only what LiveConfig and Entrance have may differ from the start's
    private EngineConfig asked; // what that is to be when all changes are in force that were asked for; who changes it
    private volatile Upstreams upstreams;
    private volatile @Nullable Users users;
    private volatile boolean hasLetOthersIn; // from other machines than this one, since the start
    private volatile boolean isClosing;

    /**
     * Begins with what the engine is started with.
     *
     * @param listeners where it listens, which no client may reach
     * @param users who may use it; null if everybody may
     * @param rules what is allowed; null if everything is
     */
    Reconfiguration(
            EngineConfig config,
            Upstreams upstreams,
            @Nullable LiveRules rules,
            Crew crew,
            Listeners listeners,
            @Nullable Users users,
            AcceptLimit acceptLimit,
            SharedBandwidth bandwidth,
            @Nullable Interception interception) {
        this.config = config;
        asked = config;
        hasLetOthersIn = !config.network().isLoopbackOnly();
        this.upstreams = upstreams;
        this.rules = rules;
        this.crew = crew;
        this.listeners = listeners;
        this.users = users;
        this.acceptLimit = acceptLimit;
        this.bandwidth = bandwidth;
        this.interception = interception;
    }

    EngineConfig config() {
        return config;
    }

    Upstreams upstreams() {
        return upstreams;
    }

    @Nullable Users users() {
        return users;
    }

    /** All of it, for loops. */
    InForce inForce() {
        return new InForce(config, policy(), toAsk(), upstreams, listeners.asEntered(), users);
    }

    /** The rules that are in force, to be shown. */
    Rules rules() {
        return rules == null ? Rules.NONE : rules.current();
    }

    /** The rules that are in force, to be asked by loops; null if there are none. */
    private @Nullable Rules toAsk() {
        return toAsk(rules());
    }

    private static @Nullable Rules toAsk(Rules rules) {
        return rules.size() == 0 ? null : rules;
    }

    /** Nothing comes into force any more. */
    void closing() {
        isClosing = true;
    }

    /**
     * Which destinations are refused. Who came from another machine may still be there when there are listeners on this one only: what is then allowed by itself was not meant
     * for him.
     */
    private DestinationPolicy policy() {
        EngineConfig now = config;
        boolean isByItself = now.permissions().privateDestinations() == PrivateDestinations.AUTO;
        var own = new ArrayList<>(now.permissions().refusedDestinations());
        listeners.configs().forEach(listener -> own.add(listener.address()));
        return new DestinationPolicy(own, now.allowsPrivateDestinations() && !(isByItself && hasLetOthersIn));
    }

    /** Has the upstreams looked at, by the first loop. */
    void watchUpstreams() {
        Upstreams now = upstreams;
        crew.first(loop -> loop.ways().checks().watch(now.nodes()));
    }

    /** Puts rules in force as soon as they were read, since nobody else does. */
    void goByRules() {
        if (rules != null) {
            rules.onChange(ready -> {
                rules.replace(ready);
                Rules newest = toAsk(ready.rules());
                crew.each(loop -> loop.rules(newest));
            });
        }
    }

    // ---- read ----

    /** See {@link ProxyEngine#prepare}. */
    PreparedConfig prepare(LiveConfig live, @Nullable RuleSource source, @Nullable Entrance entrance) {
        if (entrance != null) {
            listeners.awaitEntered(); // what is in force then is what this comes after
        }
        EngineConfig checked = asked(live, entrance, config.configVersion());
        Upstreams before = upstreams;
        Upstreams next = read(() -> before.next(checked.upstreams()));
        LiveRules.Ready ready = source == null ? null : read(source, checked.upstreams());
        return prepared(live, ready, before, next, entrance == null ? null : take(entrance));
    }

    /** Checks them, too. */
    private EngineConfig asked(LiveConfig live, @Nullable Entrance entrance, long version) {
        EngineConfig next = asked.with(live, version);
        return entrance == null ? next : next.with(entrance);
    }

    /** Takes addresses, reads certificates and users. */
    private NewEntrance take(Entrance next) {
        Users before = users;
        Users now;
        try {
            now = Users.open(next.access(), before);
        } catch (EngineException e) {
            throw new UsersException(String.valueOf(e.getMessage()), e);
        }
        try {
            return new NewEntrance(next, listeners.prepare(next.listeners()), now, before);
        } catch (RuntimeException e) {
            if (now != null && !now.equals(before)) {
                now.close();
            }
            throw e;
        }
    }

    /** See {@link ProxyEngine#prepareRules}. */
    Optional<PreparedConfig> prepareRules(LiveConfig live, LiveRules.Ready read) {
        Upstreams now = upstreams;
        boolean isLate = !asked.equals(config); // a change waits for its place in the ring, and may bring other rules
        return rules == null || isLate || rules.isStale(read)
                ? Optional.empty()
                : Optional.of(prepared(live, read, now, now, null));
    }

    private PreparedConfig prepared(
            LiveConfig live,
            LiveRules.@Nullable Ready ready,
            Upstreams before,
            Upstreams next,
            @Nullable NewEntrance entrance) {
        Rules allowed = ready == null ? rules() : ready.rules();
        return new PreparedConfig(live, ready, allowed, next, next.namesOfOthersThan(before), entrance);
    }

    private LiveRules.Ready read(RuleSource source, UpstreamsConfig next) {
        if (rules == null) {
            throw new EngineException("the engine was started without rules");
        }
        try {
            return rules.prepare(source, EngineConfig.abilities(config.intercept(), next));
        } catch (RulesException e) {
            throw new EngineException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Reads the files of upstreams. */
    static Upstreams read(Supplier<Upstreams> reading) {
        try {
            return reading.get();
        } catch (UpstreamException e) {
            throw new EngineException(String.valueOf(e.getMessage()), e);
        }
    }

    // ---- recorded, then in force ----

    /** See {@link ProxyEngine#reconfigure}. */
    CompletableFuture<Boolean> reconfigure(PreparedConfig next, ConfigChanged change, Runnable also) {
        NewEntrance entrance = next.entrance();
        EngineConfig changed = asked(next.live(), entrance == null ? null : entrance.config(), change.version());
        asked = changed;
        if (entrance != null) {
            entrance.taken();
            listeners.begin();
        }
        return crew.afterRecord(
                        change,
                        () -> {
                            if (isClosing) {
                                return Optional.<InForce>empty();
                            }
                            takeForce(changed, next);
                            also.run();
                            return Optional.of(inForce());
                        },
                        (loop, now) -> now.ifPresent(loop::reconfigure))
                .whenComplete((now, failure) -> {
                    if (entrance != null) {
                        enter(entrance, failure == null && now.isPresent(), failure != null);
                    }
                })
                .thenApply(Optional::isPresent);
    }

    /** What all loops share. An event loop. */
    private void takeForce(EngineConfig changed, PreparedConfig next) {
        config = changed;
        hasLetOthersIn |= !changed.network().isLoopbackOnly();
        LiveRules.Ready ready = next.ready();
        if (rules != null && ready != null) {
            rules.replace(ready);
        } else if (rules != null) {
            rules.abilities(EngineConfig.abilities(changed.intercept(), changed.upstreams()));
        }
        NewEntrance entrance = next.entrance();
        if (entrance != null) {
            listeners.take(entrance.listeners());
            users = entrance.users();
        }
        upstreams = next.upstreams();
        watchUpstreams();
        acceptLimit.max(changed.limits().maxConnections());
        bandwidth.limits(changed.limits().bandwidth());
        InterceptedHosts hosts = next.live().hosts();
        if (interception != null && hosts != null) {
            interception.hosts(hosts);
        }
    }

    /** Lets in through another entrance, once all loops know it; or gives it back, if the engine has stopped, or leaves it, if it is not known how far it is in force. */
    private void enter(NewEntrance entrance, boolean isInForce, boolean isUnknown) {
        if (!isInForce) {
            if (!isUnknown) {
                entrance.giveBack();
            }
            listeners.stayed();
            return;
        }
        listeners.enter(entrance.listeners(), crew.all());
        Users before = entrance.before();
        if (before != null && !before.equals(entrance.users())) {
            before.close();
        }
    }
}
