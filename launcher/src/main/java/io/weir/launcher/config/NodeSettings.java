package io.weir.launcher.config;

import io.weir.aggregator.AggregatorConfig;
import io.weir.aggregator.QuotaPolicy;
import io.weir.aggregator.QuotaPolicy.Quota;
import io.weir.aggregator.journal.RetentionPolicy;
import io.weir.launcher.accesslog.AccessLogConfig;
import io.weir.launcher.config.Keys.TransportName;
import io.weir.launcher.config.Types.Listener;
import io.weir.launcher.config.Types.NamedGroup;
import io.weir.launcher.config.Types.Way;
import io.weir.launcher.logfile.LogFormat;
import io.weir.launcher.logfile.Rotation;
import io.weir.proxyengine.AccessConfig;
import io.weir.proxyengine.BandwidthLimits;
import io.weir.proxyengine.EngineConfig;
import io.weir.proxyengine.HostPatterns;
import io.weir.proxyengine.InterceptConfig;
import io.weir.proxyengine.ListenerConfig;
import io.weir.proxyengine.LiveConfig;
import io.weir.proxyengine.LiveConfig.InterceptedHosts;
import io.weir.proxyengine.Redaction;
import io.weir.proxyengine.SessionLimits;
import io.weir.proxyengine.Transport;
import io.weir.proxyengine.bodies.BodyStoreConfig;
import io.weir.proxyengine.overload.OverloadLimits;
import io.weir.proxyengine.overload.Watched;
import io.weir.proxyengine.rules.RuleSource;
import io.weir.proxyengine.tls.CertificateAuthority;
import io.weir.proxyengine.tls.OriginTls;
import io.weir.proxyengine.upstream.Upstream;
import io.weir.proxyengine.upstream.UpstreamGroup;
import io.weir.proxyengine.upstream.UpstreamsConfig;
import io.weir.wsgateway.GatewayConfig;
import io.weir.wsgateway.GatewayTls;
import io.weir.wsgateway.GatewayToken;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the modules are started with, out of settings. Immutable; some of it reads files. */
public final class NodeSettings {
    private static final double PERCENT = 100;
    private static final double MILLIS_PER_SECOND = 1e3;

    private final Settings settings;
    private final int roomForConnections;

    /** @param roomForConnections what {@code auto} means for client connections */
    public NodeSettings(Settings settings, int roomForConnections) {
        this.settings = settings;
        this.roomForConnections = roomForConnections;
    }

    /** The folder of data. */
    public Path data() {
        return settings.get(Keys.DATA);
    }

    /** Slots of the ring. */
    public int ringSlots() {
        return Math.toIntExact(settings.get(Keys.RING_SLOTS));
    }

    /** Client connections at once. */
    public int maxConnections() {
        return settings.get(Keys.MAX_CONNECTIONS).map(Math::toIntExact).orElse(roomForConnections);
    }

    /** The transport that is asked for; the best one if none is. It is tried, which takes a moment. */
    public Transport transport() {
        TransportName name = settings.get(Keys.TRANSPORT);
        return name == TransportName.AUTO ? Transport.best() : Transport.valueOf(name.name());
    }

    /** When what runs short is spared. */
    public OverloadLimits overload() {
        OverloadLimits limits = OverloadLimits.NONE;
        limits = percent(limits, Watched.HEAP, Keys.OVERLOAD_HEAP);
        limits = percent(limits, Watched.DIRECT_MEMORY, Keys.OVERLOAD_DIRECT_MEMORY);
        limits = percent(limits, Watched.FILES, Keys.OVERLOAD_FILES);
        limits = percent(limits, Watched.RING, Keys.OVERLOAD_RING);
        limits = percent(limits, Watched.DISK, Keys.OVERLOAD_DISK);
        Optional<Duration> lag = settings.get(Keys.OVERLOAD_JOURNAL_LAG);
        return lag.isEmpty()
                ? limits
                : limits.with(Watched.JOURNAL_LAG, lag.get().toMillis() / MILLIS_PER_SECOND);
    }

    private OverloadLimits percent(OverloadLimits limits, Watched watched, Key<Optional<Long>> key) {
        Optional<Long> percent = settings.get(key);
        return percent.isEmpty() ? limits : limits.with(watched, percent.get() / PERCENT);
    }

    /** Where the proxy listens. */
    public List<ListenerConfig> listeners() {
        return settings.get(Keys.LISTEN).stream().map(Listener::config).toList();
    }

    /** The ledger's. */
    public AggregatorConfig aggregator(Path journal, Path seal, String version) {
        AggregatorConfig usual = AggregatorConfig.defaults(journal, version);
        return new AggregatorConfig(
                journal,
                version,
                settings.get(Keys.SYNC_INTERVAL),
                settings.get(Keys.TICK),
                settings.get(Keys.FREE_SPACE).orElse(usual.freeSpaceFloorBytes()),
                settings.get(Keys.CHECKPOINT_EVENTS),
                settings.get(Keys.CHECKPOINT_INTERVAL),
                settings.get(Keys.RETRY_INTERVAL),
                Math.toIntExact(settings.get(Keys.HELD_EVENTS)),
                seal,
                settings.get(Keys.SEAL_INTERVAL),
                new RetentionPolicy(
                        settings.get(Keys.JOURNAL_KEEP_FOR).orElse(null),
                        settings.get(Keys.JOURNAL_KEEP_SIZE).orElse(0L)));
    }

    /** The gateway's, without what interception adds. */
    public GatewayConfig gateway(GatewayToken token) {
        var config = new GatewayConfig(settings.get(Keys.GATEWAY), settings.get(Keys.GATEWAY_ALLOW), token);
        if (settings.get(Keys.GATEWAY_ALLOW_PLAIN)) {
            config = config.withPlainAllowed();
        }
        return settings.get(Keys.GATEWAY_CERT).isEmpty()
                ? config
                : config.withTls(GatewayTls.load(
                        settings.get(Keys.GATEWAY_CERT).get(),
                        settings.get(Keys.GATEWAY_KEY).orElseThrow()));
    }

    /** Who may use the proxy; null if everybody may. */
    public @Nullable AccessConfig access() {
        return settings.get(Keys.USERS)
                .map(file -> new AccessConfig(file, settings.get(Keys.NO_AUTH_FROM), settings.get(Keys.AUTH_REALM)))
                .orElse(null);
    }

    /** Where the rules are. */
    public RuleSource rules() {
        return rules(settings);
    }

    static RuleSource rules(Settings settings) {
        Optional<Path> file = settings.get(Keys.RULES);
        return file.isPresent()
                ? new RuleSource.OfFile(file.get())
                : new RuleSource.OfLines(settings.get(Keys.RULE_LINES), Path.of(""));
    }

    /** The proxies that sessions may go through. */
    public UpstreamsConfig upstreams() {
        return upstreams(settings);
    }

    static UpstreamsConfig upstreams(Settings settings) {
        List<Upstream> upstreams = new ArrayList<>();
        settings.get(Keys.UPSTREAMS).forEach(each -> upstreams.add(each.config()));
        Way way = settings.get(Keys.UPSTREAM);
        Upstream described = way.upstream();
        if (described != null) {
            upstreams.add(described);
        }
        List<UpstreamGroup> groups = settings.get(Keys.UPSTREAM_GROUPS).stream()
                .map(NamedGroup::config)
                .toList();
        return new UpstreamsConfig(upstreams, groups, way.name());
    }

    /** Where the log is written; nowhere but to stderr if it is empty. */
    public Optional<Path> logFile() {
        return settings.get(Keys.LOG_FILE);
    }

    /** How the log is written. */
    public LogFormat logFormat() {
        return settings.get(Keys.LOG_FORMAT);
    }

    /** When the files of logs give way to new ones. */
    public Rotation logRotation() {
        return new Rotation(settings.get(Keys.LOG_MAX_SIZE), Math.toIntExact(settings.get(Keys.LOG_KEEP)));
    }

    /** The access log, if there is to be one. */
    public Optional<AccessLogConfig> accessLog() {
        return settings.get(Keys.ACCESS_LOG)
                .map(file -> new AccessLogConfig(
                        file,
                        settings.get(Keys.ACCESS_LOG_FORMAT),
                        settings.get(Keys.ACCESS_LOG_OPEN_EVERY),
                        logRotation()));
    }

    /** Names that the gateway is reached by, besides its own. */
    public List<String> gatewayNames() {
        return settings.get(Keys.GATEWAY_ALLOW);
    }

    /**
     * What to intercept; null if nothing.
     *
     * @param authority makes or loads the certificate authority, which is not touched if nothing is intercepted
     */
    public @Nullable InterceptConfig intercept(Supplier<CertificateAuthority> authority, Path bodies) {
        if (settings.get(Keys.INTERCEPT).isEmpty()) {
            return null;
        }
        List<X509Certificate> trust = new ArrayList<>();
        settings.get(Keys.TRUST).forEach(file -> trust.addAll(OriginTls.readPem(file)));
        InterceptedHosts hosts = interceptedHosts();
        return new InterceptConfig(
                authority.get(),
                hosts.include(),
                hosts.exclude(),
                hosts.unverified(),
                trust,
                HostPatterns.parse(settings.get(Keys.CAPTURE)),
                settings.get(Keys.CAPTURE).isEmpty() ? null : bodyStore(bodies),
                Redaction.defaults().also(Set.copyOf(settings.get(Keys.REDACT))),
                settings.get(Keys.BYPASS_TIME));
    }

    private InterceptedHosts interceptedHosts() {
        return new InterceptedHosts(
                HostPatterns.parse(settings.get(Keys.INTERCEPT)),
                HostPatterns.parse(settings.get(Keys.INTERCEPT_EXCEPT)),
                HostPatterns.parse(settings.get(Keys.INSECURE_ORIGIN)));
    }

    BodyStoreConfig bodyStore(Path folder) {
        return new BodyStoreConfig(
                folder,
                settings.get(Keys.CAPTURE_LIMIT),
                settings.get(Keys.CAPTURE_QUEUE),
                settings.get(Keys.CAPTURE_KEEP),
                settings.get(Keys.CAPTURE_TOTAL));
    }

    /**
     * The engine's, but for what only a node that has started knows.
     *
     * @param nodeName what {@code auto} means for the node's name
     */
    public EngineConfig.Builder engine(String nodeName) {
        List<ListenerConfig> listeners = listeners();
        LiveConfig live = live();
        EngineConfig.Builder builder = EngineConfig.builder(listeners.get(0).address())
                .listeners(listeners.toArray(new ListenerConfig[0]))
                .allowOpen(settings.get(Keys.ALLOW_OPEN))
                .relayBufferBytes(Math.toIntExact(settings.get(Keys.RELAY_BUFFER)))
                .nodeName(settings.get(Keys.NODE_NAME).orElse(nodeName))
                .nameServers(settings.get(Keys.NAME_SERVERS))
                .refusedDestinations(settings.get(Keys.REFUSED_DESTINATIONS))
                .connectTimeout(live.connectTimeout())
                .headTimeout(live.headTimeout())
                .keepAliveTimeout(live.keepAliveTimeout())
                .exchangeIdleTimeout(live.exchangeIdleTimeout())
                .tunnelIdleTimeout(live.tunnelIdleTimeout())
                .drain(live.drain())
                .maxConnections(live.maxConnections())
                .privateDestinations(live.privateDestinations())
                .sessionLimits(live.sessionLimits())
                .bandwidth(live.bandwidth())
                .upstreams(upstreams());
        settings.get(Keys.EVENT_LOOPS).ifPresent(count -> builder.eventLoops(Math.toIntExact(count)));
        return builder;
    }

    /** Further addresses that are refused. */
    public List<java.net.InetSocketAddress> refusedDestinations() {
        return settings.get(Keys.REFUSED_DESTINATIONS);
    }

    /** How much users may use. */
    public QuotaPolicy quotas() {
        var everyone = new Quota(
                settings.get(Keys.QUOTA_DAY).orElse(0L),
                settings.get(Keys.QUOTA_MONTH).orElse(0L));
        return new QuotaPolicy(
                everyone,
                settings.get(Keys.QUOTAS).stream()
                        .collect(Collectors.toMap(UserQuota::name, each -> each.over(everyone))));
    }

    private SessionLimits sessionLimits() {
        return new SessionLimits(limit(Keys.SESSIONS), limit(Keys.SESSIONS_PER_USER), limit(Keys.SESSIONS_PER_CLIENT));
    }

    private int limit(Key<Optional<Long>> key) {
        return settings.get(key).map(Math::toIntExact).orElse(0);
    }

    /** What the engine may be told while it runs. */
    public LiveConfig live() {
        return new LiveConfig(
                settings.get(Keys.CONNECT),
                settings.get(Keys.HEAD),
                settings.get(Keys.KEEP_ALIVE),
                settings.get(Keys.EXCHANGE_IDLE),
                settings.get(Keys.TUNNEL_IDLE),
                settings.get(Keys.DRAIN),
                maxConnections(),
                settings.get(Keys.PRIVATE_DESTINATIONS),
                sessionLimits(),
                bandwidth(),
                interceptedHosts(),
                upstreams());
    }

    private BandwidthLimits bandwidth() {
        return new BandwidthLimits(
                settings.get(Keys.BANDWIDTH).orElse(0L),
                settings.get(Keys.BANDWIDTH_PER_USER).orElse(0L),
                settings.get(Keys.BANDWIDTH_PER_SESSION).orElse(0L),
                settings.get(Keys.BANDWIDTHS).stream()
                        .collect(Collectors.toMap(UserBandwidth::name, UserBandwidth::bytesPerSecond)));
    }
}
