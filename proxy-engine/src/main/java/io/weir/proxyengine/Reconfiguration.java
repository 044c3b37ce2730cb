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
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What an engine goes by, and how that becomes something else: read, recorded, then in force. Any thread. */
final class Reconfiguration {
    private final Crew crew;
    private final Supplier<List<InetSocketAddress>> ownAddresses;
    private final AcceptLimit acceptLimit;
    private final SharedBandwidth bandwidth;
    private final @Nullable Interception interception;
    private final @Nullable LiveRules rules;
    private volatile EngineConfig config; // only what LiveConfig has may differ from the start's
    private volatile Upstreams upstreams;

    /**
     * Begins with what the engine is started with.
     *
     * @param ownAddresses where it listens, which no client may reach
     * @param rules what is allowed; null if everything is
     */
    Reconfiguration(
            EngineConfig config,
            Upstreams upstreams,
            @Nullable LiveRules rules,
            Crew crew,
            Supplier<List<InetSocketAddress>> ownAddresses,
            AcceptLimit acceptLimit,
            SharedBandwidth bandwidth,
            @Nullable Interception interception) {
        this.config = config;
        this.upstreams = upstreams;
        this.rules = rules;
        this.crew = crew;
        this.ownAddresses = ownAddresses;
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

    /** The rules that are in force, to be shown. */
    Rules rules() {
        return rules == null ? Rules.NONE : rules.current();
    }

    /** The rules that are in force, to be asked by loops; null if there are none. */
    @Nullable Rules toAsk() {
        return toAsk(rules());
    }

    private static @Nullable Rules toAsk(Rules rules) {
        return rules.size() == 0 ? null : rules;
    }

    /** Which destinations are refused with what is in force. */
    DestinationPolicy policy() {
        return policy(config);
    }

    private DestinationPolicy policy(EngineConfig now) {
        var own = new ArrayList<>(now.refusedDestinations());
        own.addAll(ownAddresses.get());
        return new DestinationPolicy(own, now.allowsPrivateDestinations());
    }

    /** Has the upstreams looked at, by the first loop. */
    void watchUpstreams() {
        Upstreams now = upstreams;
        crew.first(loop -> loop.upstreamChecks().watch(now.nodes()));
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
    PreparedConfig prepare(LiveConfig live, @Nullable RuleSource source) {
        EngineConfig checked = config.with(live, config.configVersion());
        Upstreams before = upstreams;
        Upstreams next = read(() -> before.next(checked.upstreams()));
        return prepared(live, source == null ? null : read(source, checked.upstreams()), before, next);
    }

    /** See {@link ProxyEngine#prepareRules}. */
    Optional<PreparedConfig> prepareRules(LiveConfig live, LiveRules.Ready read) {
        Upstreams now = upstreams;
        return rules == null || rules.isStale(read) ? Optional.empty() : Optional.of(prepared(live, read, now, now));
    }

    private PreparedConfig prepared(
            LiveConfig live, LiveRules.@Nullable Ready ready, Upstreams before, Upstreams next) {
        return new PreparedConfig(
                live, ready, ready == null ? rules() : ready.rules(), next, next.namesOfOthersThan(before));
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
        EngineConfig changed = config.with(next.live(), change.version());
        DestinationPolicy policy = policy(changed);
        Rules allowed = toAsk(next.rules());
        return crew.afterRecord(
                change,
                () -> {
                    takeForce(changed, next);
                    also.run();
                },
                loop -> loop.reconfigure(changed, policy, allowed, next.upstreams()));
    }

    /** What all loops share. An event loop. */
    private void takeForce(EngineConfig changed, PreparedConfig next) {
        config = changed;
        LiveRules.Ready ready = next.ready();
        if (rules != null && ready != null) {
            rules.replace(ready);
        } else if (rules != null) {
            rules.abilities(EngineConfig.abilities(changed.intercept(), changed.upstreams()));
        }
        upstreams = next.upstreams();
        watchUpstreams();
        acceptLimit.max(changed.maxConnections());
        bandwidth.limits(changed.bandwidth());
        InterceptedHosts hosts = next.live().hosts();
        if (interception != null && hosts != null) {
            interception.hosts(hosts);
        }
    }
}
