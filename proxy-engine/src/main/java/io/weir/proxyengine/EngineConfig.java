package io.weir.proxyengine;

import io.weir.proxyengine.rules.Abilities;
import io.weir.proxyengine.rules.LiveRules;
import io.weir.proxyengine.rules.RuleSource;
import io.weir.proxyengine.rules.RulesException;
import io.weir.proxyengine.upstream.UpstreamsConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the engine is told at its start. Immutable, and checked: every fault is named at once.
 *
 * @param listeners where clients connect; port 0 takes a free one
 * @param allowOpen whether a listener may be on an address other than loopback although not every client has to say who it is
 * @param transport how to talk to sockets
 * @param eventLoops threads that carry traffic
 * @param maxConnections client connections at once; beyond them nothing is accepted
 * @param relayBufferBytes of the buffer, one an event loop, through which tunnels are copied; one that fills it is spliced, where that is
 *     possible
 * @param connectTimeout for a name to be resolved and an address to accept
 * @param headTimeout for a request's head to arrive whole, from its first byte or the connection's start; absolute
 * @param keepAliveTimeout how long a client or origin connection may wait for its next request
 * @param exchangeIdleTimeout how long an exchange may stand still
 * @param tunnelIdleTimeout how long a tunnel may stand still
 * @param drain how long sessions may go on after {@link ProxyEngine#close()}
 * @param nodeName this node in Via fields
 * @param refusedDestinations further addresses of this node that no client may reach, such as the gateway's
 * @param nameServers whom to ask for names; empty for those of the system
 * @param intercept what is intercepted; null if nothing is
 * @param privateDestinations whether clients may go to loopback and private addresses
 * @param access who may use the proxy; null if everybody may who reaches it
 * @param configVersion version of the configuration, as the ledger has it; 0 if it has none
 * @param sessionLimits how many sessions may be open at once
 * @param rules where the rules come from that say what is allowed; null if everything is
 * @param bandwidth how fast payload may pass
 * @param upstreams the proxies that sessions may go through
 */
public record EngineConfig(
        List<ListenerConfig> listeners,
        boolean allowOpen,
        Transport transport,
        int eventLoops,
        int maxConnections,
        int relayBufferBytes,
        Duration connectTimeout,
        Duration headTimeout,
        Duration keepAliveTimeout,
        Duration exchangeIdleTimeout,
        Duration tunnelIdleTimeout,
        Duration drain,
        String nodeName,
        List<InetSocketAddress> refusedDestinations,
        List<InetSocketAddress> nameServers,
        @Nullable InterceptConfig intercept,
        PrivateDestinations privateDestinations,
        @Nullable AccessConfig access,
        long configVersion,
        SessionLimits sessionLimits,
        @Nullable RuleSource rules,
        BandwidthLimits bandwidth,
        UpstreamsConfig upstreams) {

    /**
     * Checks.
     *
     * @throws EngineException naming what is wrong
     */
    public EngineConfig {
        listeners = List.copyOf(listeners);
        refusedDestinations = List.copyOf(refusedDestinations);
        nameServers = List.copyOf(nameServers);
        var faults = new StringBuilder();
        check(faults, !listeners.isEmpty(), "no address to listen on");
        check(faults, ListenerConfig.areNamesDistinct(listeners), "two listeners have the same name");
        for (ListenerConfig each : listeners) {
            InetSocketAddress listener = each.address();
            check(
                    faults,
                    !listener.isUnresolved(),
                    "cannot listen on " + listener.getHostString() + ": no such address");
            check(
                    faults,
                    allowOpen || listener.isUnresolved() || each.isForThisMachine() || asksSomebody(access),
                    (each.hasProxyProtocol() ? "listening behind a load balancer on " : "listening on ")
                            + listener.getHostString()
                            + " would make this an open proxy: anybody who reaches it could use it. Listen on 127.0.0.1, name users with --users, or say --allow-open if the network keeps others away");
        }
        check(faults, eventLoops > 0, "event loops must be 1 or more, not " + eventLoops);
        check(faults, maxConnections > 0, "connections must be 1 or more, not " + maxConnections);
        check(
                faults,
                relayBufferBytes >= 1024 && relayBufferBytes <= 1 << 20,
                "the relay's buffer must have 1 KiB to 1 MiB, not " + relayBufferBytes + " bytes");
        for (Duration timeout :
                List.of(connectTimeout, headTimeout, keepAliveTimeout, exchangeIdleTimeout, tunnelIdleTimeout)) {
            check(faults, timeout.toMillis() > 0, "a timeout must be longer than " + timeout);
        }
        check(faults, !drain.isNegative(), "the time to drain cannot be negative: " + drain);
        upstreams.faults().forEach(fault -> check(faults, false, fault));
        check(faults, nodeName.matches("[A-Za-z0-9._-]{1,64}"), "not a node name: " + nodeName);
        if (faults.length() > 0) {
            throw new EngineException(faults.toString());
        }
    }

    private static boolean asksSomebody(@Nullable AccessConfig access) {
        return access != null && !access.exemptsEverybody();
    }

    private static void check(StringBuilder faults, boolean holds, String fault) {
        if (!holds) {
            faults.append(faults.length() == 0 ? "" : "; ").append(fault);
        }
    }

    /** The safe defaults, for one listener. */
    public static EngineConfig defaults(InetSocketAddress listener) {
        return builder(listener).build();
    }

    /** A builder that starts from the safe defaults. */
    public static Builder builder(InetSocketAddress listener) {
        return new Builder(listener);
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
                listeners,
                allowOpen,
                transport,
                eventLoops,
                live.maxConnections(),
                relayBufferBytes,
                live.connectTimeout(),
                live.headTimeout(),
                live.keepAliveTimeout(),
                live.exchangeIdleTimeout(),
                live.tunnelIdleTimeout(),
                live.drain(),
                nodeName,
                refusedDestinations,
                nameServers,
                intercept,
                live.privateDestinations(),
                access,
                version,
                live.sessionLimits(),
                rules,
                live.bandwidth(),
                live.upstreams() == null ? upstreams : live.upstreams());
    }

    /**
     * The same with another entrance.
     *
     * @throws EngineException naming what is wrong
     */
    EngineConfig with(Entrance entrance) {
        return new EngineConfig(
                entrance.listeners(),
                entrance.allowOpen(),
                transport,
                eventLoops,
                maxConnections,
                relayBufferBytes,
                connectTimeout,
                headTimeout,
                keepAliveTimeout,
                exchangeIdleTimeout,
                tunnelIdleTimeout,
                drain,
                nodeName,
                entrance.refusedDestinations(),
                nameServers,
                intercept,
                privateDestinations,
                entrance.access(),
                configVersion,
                sessionLimits,
                rules,
                bandwidth,
                upstreams);
    }

    /**
     * Whether a listener could be one of these. Where only this machine is served, what it may do is not for others.
     */
    boolean mayHave(ListenerConfig listener) {
        return listener.isForThisMachine()
                || ((allowOpen || asksSomebody(access))
                        && (privateDestinations != PrivateDestinations.AUTO || !isLoopbackOnly()));
    }

    @Nullable LiveRules openRules() {
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
        return privateDestinations == PrivateDestinations.AUTO
                ? isLoopbackOnly()
                : privateDestinations == PrivateDestinations.ALLOW;
    }

    /** Whether only this machine reaches it: a load balancer on it brings others. */
    boolean isLoopbackOnly() {
        return listeners.stream().allMatch(ListenerConfig::isForThisMachine);
    }

    /** Collects what differs from the safe defaults. One thread. */
    public static final class Builder {
        private List<ListenerConfig> listeners;
        private boolean allowOpen;
        private Transport transport = Transport.best();
        private int eventLoops = Math.max(1, Runtime.getRuntime().availableProcessors());
        private int maxConnections = 10_000;
        private int relayBufferBytes = 128 * 1024;
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration headTimeout = Duration.ofSeconds(10);
        private Duration keepAliveTimeout = Duration.ofSeconds(60);
        private Duration exchangeIdleTimeout = Duration.ofMinutes(5);
        private Duration tunnelIdleTimeout = Duration.ofHours(1);
        private Duration drain = Duration.ofSeconds(5);
        private String nodeName = "weir";
        private List<InetSocketAddress> refusedDestinations = List.of();
        private List<InetSocketAddress> nameServers = List.of();
        private @Nullable InterceptConfig intercept;
        private PrivateDestinations privateDestinations = PrivateDestinations.AUTO;
        private @Nullable AccessConfig access;
        private long configVersion;
        private SessionLimits sessionLimits = SessionLimits.NONE;
        private @Nullable RuleSource rules;
        private BandwidthLimits bandwidth = BandwidthLimits.NONE;
        private UpstreamsConfig upstreams = UpstreamsConfig.NONE;

        private Builder(InetSocketAddress listener) {
            listeners = List.of(ListenerConfig.http(listener));
        }

        /** See {@link EngineConfig#listeners()}. */
        public Builder listeners(ListenerConfig... value) {
            listeners = List.of(value);
            return this;
        }

        /** Listeners for HTTP, named as their addresses. */
        public Builder listeners(List<InetSocketAddress> value) {
            listeners = value.stream().map(ListenerConfig::http).toList();
            return this;
        }

        /** See {@link EngineConfig#allowOpen()}. */
        public Builder allowOpen(boolean value) {
            allowOpen = value;
            return this;
        }

        /** See {@link EngineConfig#transport()}. */
        public Builder transport(Transport value) {
            transport = value;
            return this;
        }

        /** See {@link EngineConfig#eventLoops()}. */
        public Builder eventLoops(int value) {
            eventLoops = value;
            return this;
        }

        /** See {@link EngineConfig#maxConnections()}. */
        public Builder maxConnections(int value) {
            maxConnections = value;
            return this;
        }

        /** See {@link EngineConfig#relayBufferBytes()}. */
        public Builder relayBufferBytes(int value) {
            relayBufferBytes = value;
            return this;
        }

        /** See {@link EngineConfig#connectTimeout()}. */
        public Builder connectTimeout(Duration value) {
            connectTimeout = value;
            return this;
        }

        /** See {@link EngineConfig#headTimeout()}. */
        public Builder headTimeout(Duration value) {
            headTimeout = value;
            return this;
        }

        /** See {@link EngineConfig#keepAliveTimeout()}. */
        public Builder keepAliveTimeout(Duration value) {
            keepAliveTimeout = value;
            return this;
        }

        /** See {@link EngineConfig#exchangeIdleTimeout()}. */
        public Builder exchangeIdleTimeout(Duration value) {
            exchangeIdleTimeout = value;
            return this;
        }

        /** See {@link EngineConfig#tunnelIdleTimeout()}. */
        public Builder tunnelIdleTimeout(Duration value) {
            tunnelIdleTimeout = value;
            return this;
        }

        /** See {@link EngineConfig#drain()}. */
        public Builder drain(Duration value) {
            drain = value;
            return this;
        }

        /** See {@link EngineConfig#nodeName()}. */
        public Builder nodeName(String value) {
            nodeName = value;
            return this;
        }

        /** See {@link EngineConfig#refusedDestinations()}. */
        public Builder refusedDestinations(List<InetSocketAddress> value) {
            refusedDestinations = value;
            return this;
        }

        /** See {@link EngineConfig#nameServers()}. */
        public Builder nameServers(List<InetSocketAddress> value) {
            nameServers = value;
            return this;
        }

        /** See {@link EngineConfig#intercept()}. */
        public Builder intercept(@Nullable InterceptConfig value) {
            intercept = value;
            return this;
        }

        /** See {@link EngineConfig#privateDestinations()}. */
        public Builder privateDestinations(PrivateDestinations value) {
            privateDestinations = value;
            return this;
        }

        /** See {@link EngineConfig#configVersion()}. */
        public Builder configVersion(long value) {
            configVersion = value;
            return this;
        }

        /** See {@link EngineConfig#sessionLimits()}. */
        public Builder sessionLimits(SessionLimits value) {
            sessionLimits = value;
            return this;
        }

        /** See {@link EngineConfig#upstreams()}. */
        public Builder upstreams(UpstreamsConfig value) {
            upstreams = value;
            return this;
        }

        /** See {@link EngineConfig#rules()}. */
        public Builder rules(@Nullable RuleSource value) {
            rules = value;
            return this;
        }

        /** See {@link EngineConfig#bandwidth()}. */
        public Builder bandwidth(BandwidthLimits value) {
            bandwidth = value;
            return this;
        }

        /** See {@link EngineConfig#access()}. */
        public Builder access(@Nullable AccessConfig value) {
            access = value;
            return this;
        }

        /**
         * The configuration.
         *
         * @throws EngineException naming what is wrong
         */
        public EngineConfig build() {
            return new EngineConfig(
                    listeners,
                    allowOpen,
                    transport,
                    eventLoops,
                    maxConnections,
                    relayBufferBytes,
                    connectTimeout,
                    headTimeout,
                    keepAliveTimeout,
                    exchangeIdleTimeout,
                    tunnelIdleTimeout,
                    drain,
                    nodeName,
                    refusedDestinations,
                    nameServers,
                    intercept,
                    privateDestinations,
                    access,
                    configVersion,
                    sessionLimits,
                    rules,
                    bandwidth,
                    upstreams);
        }
    }
}
