package io.weir.launcher.config;

import io.weir.aggregator.AggregatorConfig;
import io.weir.aggregator.QuotaPolicy;
import io.weir.aggregator.QuotaPolicy.Quota;
import io.weir.aggregator.journal.RetentionPolicy;
import io.weir.launcher.accesslog.AccessLogConfig;
import io.weir.launcher.config.ProxyKeys.TransportName;
import io.weir.launcher.config.Types.Listener;
import io.weir.launcher.config.Types.NamedGroup;
import io.weir.launcher.config.Types.Way;
import io.weir.launcher.logfile.LogFormat;
import io.weir.launcher.logfile.Rotation;
import io.weir.proxyengine.AccessConfig;
import io.weir.proxyengine.BandwidthLimits;
import io.weir.proxyengine.EngineConfig;
import io.weir.proxyengine.EngineConfigBuilder;
import io.weir.proxyengine.EngineLimits;
import io.weir.proxyengine.Entrance;
import io.weir.proxyengine.HostPatterns;
import io.weir.proxyengine.InterceptConfig;
import io.weir.proxyengine.ListenerConfig;
import io.weir.proxyengine.LiveConfig;
import io.weir.proxyengine.LiveConfig.InterceptedHosts;
import io.weir.proxyengine.Redaction;
import io.weir.proxyengine.SessionLimits;
import io.weir.proxyengine.Timeouts;
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
import java.net.InetSocketAddress;
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
        return Math.toIntExact(settings.get(JournalKeys.RING_SLOTS));
    }

    /** Client connections at once. */
    public int maxConnections() {
        return settings.get(ProxyKeys.MAX_CONNECTIONS).map(Math::toIntExact).orElse(roomForConnections);
    }

    /** The transport that is asked for; the best one if none is. It is tried, which takes a moment. */
    public Transport transport() {
        TransportName name = settings.get(ProxyKeys.TRANSPORT);
        return name == TransportName.AUTO ? Transport.best() : Transport.valueOf(name.name());
    }

    /** When what runs short is spared. */
    public OverloadLimits overload() {
        OverloadLimits limits = OverloadLimits.NONE;
        limits = percent(limits, Watched.HEAP, OverloadKeys.HEAP);
        limits = percent(limits, Watched.DIRECT_MEMORY, OverloadKeys.DIRECT_MEMORY);
        limits = percent(limits, Watched.FILES, OverloadKeys.FILES);
        limits = percent(limits, Watched.RING, OverloadKeys.RING);
        limits = percent(limits, Watched.DISK, OverloadKeys.DISK);
        Optional<Duration> lag = settings.get(OverloadKeys.JOURNAL_LAG);
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
        return settings.get(ProxyKeys.LISTEN).stream().map(Listener::config).toList();
    }

    /** The ledger's. */
    public AggregatorConfig aggregator(Path journal, Path seal, String version) {
        AggregatorConfig usual = AggregatorConfig.defaults(journal, version);
        return new AggregatorConfig(
                journal,
                version,
                settings.get(JournalKeys.SYNC_INTERVAL),
                settings.get(JournalKeys.TICK),
                settings.get(JournalKeys.FREE_SPACE).orElse(usual.freeSpaceFloorBytes()),
                settings.get(JournalKeys.CHECKPOINT_EVENTS),
                settings.get(JournalKeys.CHECKPOINT_INTERVAL),
                settings.get(JournalKeys.RETRY_INTERVAL),
                Math.toIntExact(settings.get(JournalKeys.HELD_EVENTS)),
                seal,
                settings.get(JournalKeys.SEAL_INTERVAL),
                new RetentionPolicy(
                        settings.get(JournalKeys.KEEP_FOR).orElse(null),
                        settings.get(JournalKeys.KEEP_SIZE).orElse(0L)));
    }

    /** The gateway's, without what interception adds. */
    public GatewayConfig gateway(GatewayToken token) {
        var config = new GatewayConfig(settings.get(GatewayKeys.LISTEN), settings.get(GatewayKeys.ALLOW), token);
        if (settings.get(GatewayKeys.ALLOW_PLAIN)) {
            config = config.withPlainAllowed();
        }
        GatewayTls tls = gatewayTls();
        return tls == null ? config : config.withTls(tls);
    }

    /**
     * What the gateway shows of itself; null if it is reached without TLS. Reads its files.
     *
     * @throws io.weir.wsgateway.GatewayException if they cannot be used
     */
    public @Nullable GatewayTls gatewayTls() {
        return settings.get(GatewayKeys.CERT)
                .map(certificate -> GatewayTls.load(
                        certificate, settings.get(GatewayKeys.KEY).orElseThrow()))
                .orElse(null);
    }

    /** Who may use the proxy; null if everybody may. */
    public @Nullable AccessConfig access() {
        return settings.get(ProxyKeys.USERS)
                .map(file -> new AccessConfig(
                        file, settings.get(ProxyKeys.NO_AUTH_FROM), settings.get(ProxyKeys.AUTH_REALM)))
                .orElse(null);
    }

    /**
     * Where clients come in, and who may.
     *
     * @param gateway where nobody goes, besides those addresses that are named
     */
    public Entrance entrance(InetSocketAddress gateway) {
        List<InetSocketAddress> refused = new ArrayList<>(refusedDestinations());
        refused.add(gateway);
        return new Entrance(listeners(), settings.get(ProxyKeys.ALLOW_OPEN), access(), refused);
    }

    /** Where the rules are. */
    public RuleSource rules() {
        return rules(settings);
    }

    static RuleSource rules(Settings settings) {
        Optional<Path> file = settings.get(ProxyKeys.RULES);
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
        settings.get(ProxyKeys.UPSTREAMS).forEach(each -> upstreams.add(each.config()));
        Way way = settings.get(ProxyKeys.UPSTREAM);
        Upstream described = way.upstream();
        if (described != null) {
            upstreams.add(described);
        }
        List<UpstreamGroup> groups = settings.get(ProxyKeys.UPSTREAM_GROUPS).stream()
                .map(NamedGroup::config)
                .toList();
        return new UpstreamsConfig(upstreams, groups, way.name());
    }

    /** Where the log is written; nowhere but to stderr if it is empty. */
    public Optional<Path> logFile() {
        return settings.get(LogKeys.FILE);
    }

    /** How the log is written. */
    public LogFormat logFormat() {
        return settings.get(LogKeys.FORMAT);
    }

    /** When the files of logs give way to new ones. */
    public Rotation logRotation() {
        return new Rotation(settings.get(LogKeys.MAX_SIZE), Math.toIntExact(settings.get(LogKeys.KEEP)));
    }

    /** The access log, if there is to be one. */
    public Optional<AccessLogConfig> accessLog() {
        return settings.get(AccessLogKeys.FILE)
                .map(file -> new AccessLogConfig(
                        file,
                        settings.get(AccessLogKeys.FORMAT),
                        settings.get(AccessLogKeys.OPEN_EVERY),
                        logRotation()));
    }

    /** Names that the gateway is reached by, besides its own. */
    public List<String> gatewayNames() {
        return settings.get(GatewayKeys.ALLOW);
    }

    /**
     * What to intercept; null if nothing.
     *
     * @param authority makes or loads the certificate authority, which is not touched if nothing is intercepted
     */
    public @Nullable InterceptConfig intercept(Supplier<CertificateAuthority> authority, Path bodies) {
        if (settings.get(InterceptKeys.HOSTS).isEmpty()) {
            return null;
        }
        List<X509Certificate> trust = new ArrayList<>();
        settings.get(InterceptKeys.TRUST).forEach(file -> trust.addAll(OriginTls.readPem(file)));
        InterceptedHosts hosts = interceptedHosts();
        return new InterceptConfig(
                authority.get(),
                hosts.include(),
                hosts.exclude(),
                hosts.unverified(),
                trust,
                HostPatterns.parse(settings.get(CaptureKeys.HOSTS)),
                settings.get(CaptureKeys.HOSTS).isEmpty() ? null : bodyStore(bodies),
                Redaction.defaults().also(Set.copyOf(settings.get(InterceptKeys.REDACT))),
                settings.get(InterceptKeys.BYPASS_TIME));
    }

    private InterceptedHosts interceptedHosts() {
        return new InterceptedHosts(
                HostPatterns.parse(settings.get(InterceptKeys.HOSTS)),
                HostPatterns.parse(settings.get(InterceptKeys.EXCEPT)),
                HostPatterns.parse(settings.get(InterceptKeys.INSECURE_ORIGIN)));
    }

    BodyStoreConfig bodyStore(Path folder) {
        return new BodyStoreConfig(
                folder,
                settings.get(CaptureKeys.LIMIT),
                settings.get(CaptureKeys.QUEUE),
                settings.get(CaptureKeys.KEEP),
                settings.get(CaptureKeys.TOTAL));
    }

    /**
     * The engine's, but for what only a node that has started knows.
     *
     * @param nodeName what {@code auto} means for the node's name
     */
    public EngineConfigBuilder engine(String nodeName) {
        List<ListenerConfig> listeners = listeners();
        LiveConfig live = live();
        EngineConfigBuilder builder = EngineConfig.builder(listeners.get(0).address())
                .listeners(listeners.toArray(new ListenerConfig[0]))
                .allowOpen(settings.get(ProxyKeys.ALLOW_OPEN))
                .relayBufferBytes(Math.toIntExact(settings.get(ProxyKeys.RELAY_BUFFER)))
                .nodeName(settings.get(ProxyKeys.NODE_NAME).orElse(nodeName))
                .nameServers(settings.get(ProxyKeys.NAME_SERVERS))
                .refusedDestinations(settings.get(ProxyKeys.REFUSED_DESTINATIONS))
                .timeouts(live.timeouts())
                .limits(live.limits())
                .privateDestinations(live.privateDestinations())
                .upstreams(upstreams());
        settings.get(ProxyKeys.EVENT_LOOPS).ifPresent(count -> builder.eventLoops(Math.toIntExact(count)));
        return builder;
    }

    /** Further addresses that are refused. */
    public List<InetSocketAddress> refusedDestinations() {
        return settings.get(ProxyKeys.REFUSED_DESTINATIONS);
    }

    /** How much users may use. */
    public QuotaPolicy quotas() {
        var everyone = new Quota(
                settings.get(LimitKeys.QUOTA_DAY).orElse(0L),
                settings.get(LimitKeys.QUOTA_MONTH).orElse(0L));
        return new QuotaPolicy(
                everyone,
                settings.get(LimitKeys.QUOTAS).stream()
                        .collect(Collectors.toMap(UserQuota::name, each -> each.over(everyone))));
    }

    private SessionLimits sessionLimits() {
        return new SessionLimits(
                limit(LimitKeys.SESSIONS), limit(LimitKeys.SESSIONS_PER_USER), limit(LimitKeys.SESSIONS_PER_CLIENT));
    }

    private int limit(Key<Optional<Long>> key) {
        return settings.get(key).map(Math::toIntExact).orElse(0);
    }

    /** What the engine may be told while it runs. */
    public LiveConfig live() {
        return new LiveConfig(
                new Timeouts(
                        settings.get(TimeoutKeys.CONNECT),
                        settings.get(TimeoutKeys.HEAD),
                        settings.get(TimeoutKeys.KEEP_ALIVE),
                        settings.get(TimeoutKeys.EXCHANGE_IDLE),
                        settings.get(TimeoutKeys.TUNNEL_IDLE),
                        settings.get(TimeoutKeys.DRAIN)),
                new EngineLimits(maxConnections(), sessionLimits(), bandwidth()),
                settings.get(ProxyKeys.PRIVATE_DESTINATIONS),
                interceptedHosts(),
                upstreams());
    }

    private BandwidthLimits bandwidth() {
        return new BandwidthLimits(
                settings.get(LimitKeys.BANDWIDTH).orElse(0L),
                settings.get(LimitKeys.BANDWIDTH_PER_USER).orElse(0L),
                settings.get(LimitKeys.BANDWIDTH_PER_SESSION).orElse(0L),
                settings.get(LimitKeys.BANDWIDTHS).stream()
                        .collect(Collectors.toMap(UserBandwidth::name, UserBandwidth::bytesPerSecond)));
    }
}
