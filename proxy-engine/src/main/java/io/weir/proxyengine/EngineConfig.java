package io.weir.proxyengine;

import io.weir.proxyengine.rules.Abilities;
import io.weir.proxyengine.rules.LiveRules;
import io.weir.proxyengine.rules.RuleSource;
import io.weir.proxyengine.rules.RulesException;
import io.weir.proxyengine.upstream.UpstreamsConfig;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What the engine is told at its start. Immutable, and checked: every fault is named at once.
 *
 * @param nodeName this node in Via fields
 * @param network where it listens, and how it talks to sockets
 * @param permissions who may use it, and for what
 * @param limits how much there may be at once
 * @param timeouts how long what may take
 * @param intercept what is intercepted; null if nothing is
 * @param upstreams the proxies that sessions may go through
 * @param configVersion version of the configuration, as the ledger has it; 0 if it has none
 */
public record EngineConfig(
        String nodeName,
        NetworkConfig network,
        Permissions permissions,
        EngineLimits limits,
        Timeouts timeouts,
        @Nullable InterceptConfig intercept,
        UpstreamsConfig upstreams,
        long configVersion) {

    /**
     * Checks.
     *
     * @throws EngineException naming what is wrong
     */
    public EngineConfig {
        var faults = new Faults();
        network.check(faults, permissions.letOthersIn());
        limits.check(faults);
        timeouts.check(faults);
        upstreams.faults().forEach(fault -> faults.check(false, fault));
        faults.check(nodeName.matches("[A-Za-z0-9._-]{1,64}"), "not a node name: " + nodeName);
        faults.end();
    }

    /** The safe defaults, for one listener. */
    public static EngineConfig defaults(InetSocketAddress listener) {
        return builder(listener).build();
    }

    /** A builder that starts from the safe defaults. */
    public static EngineConfigBuilder builder(InetSocketAddress listener) {
        return new EngineConfigBuilder(listener);
    }

    /**
     * The same with other values for what may change while it is in force.
     *
     * @param version of the configuration that has them
     *
     * @throws EngineException naming what is wrong
     */
    EngineConfig with(LiveConfig live, long version) {
        return new EngineConfig(
                nodeName,
                network,
                permissions.with(live.privateDestinations()),
                live.limits(),
                live.timeouts(),
                intercept,
                live.upstreams() == null ? upstreams : live.upstreams(),
                version);
    }

    /**
     * The same with another entrance.
     *
     * @throws EngineException naming what is wrong
     */
    EngineConfig with(Entrance entrance) {
        return new EngineConfig(
                nodeName,
                network.with(entrance.listeners()),
                permissions.with(entrance),
                limits,
                timeouts,
                intercept,
                upstreams,
                configVersion);
    }

    /**
     * Whether a listener could be one of these. Where only this machine is served, what it may do is not for others.
     */
    boolean mayHave(ListenerConfig listener) {
        return listener.isForThisMachine()
                || (permissions.letOthersIn()
                        && (permissions.privateDestinations() != PrivateDestinations.AUTO
                                || !network.isLoopbackOnly()));
    }

    @Nullable LiveRules openRules() {
        RuleSource rules = permissions.rules();
        return rules == null ? null : openRules(rules, intercept, upstreams);
    }

    /**
     * Reads rules, and begins to look for changes.
     *
     * @param intercept what is intercepted, as {@link #intercept()}
     * @param upstreams what the rules may name, as {@link #upstreams()}
     * @throws EngineException naming all their faults
     */
    public static LiveRules openRules(
            RuleSource rules, @Nullable InterceptConfig intercept, UpstreamsConfig upstreams) {
        try {
            return LiveRules.open(rules, abilities(intercept, upstreams));
        } catch (RulesException e) {
            throw new EngineException(e.inFull(), e); // to whoever starts it, who may read the file
        }
    }

    /** What rules may ask for. */
    static Abilities abilities(@Nullable InterceptConfig intercept, UpstreamsConfig upstreams) {
        return new Abilities(intercept != null, intercept != null && intercept.bodies() != null, upstreams.names());
    }

    boolean allowsPrivateDestinations() {
        PrivateDestinations allowed = permissions.privateDestinations();
        return allowed == PrivateDestinations.AUTO ? network.isLoopbackOnly() : allowed == PrivateDestinations.ALLOW;
    }
}
