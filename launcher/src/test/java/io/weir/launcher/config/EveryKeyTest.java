package io.weir.launcher.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.AggregatorConfig;
import io.weir.aggregator.QuotaPolicy;
import io.weir.aggregator.QuotaPolicy.Quota;
import io.weir.aggregator.journal.RetentionPolicy;
import io.weir.launcher.accesslog.AccessFormat;
import io.weir.launcher.accesslog.AccessLogConfig;
import io.weir.launcher.logfile.LogFormat;
import io.weir.launcher.logfile.Rotation;
import io.weir.proxyengine.AccessConfig;
import io.weir.proxyengine.BandwidthLimits;
import io.weir.proxyengine.EngineConfig;
import io.weir.proxyengine.InterceptConfig;
import io.weir.proxyengine.ListenerConfig;
import io.weir.proxyengine.Network;
import io.weir.proxyengine.PrivateDestinations;
import io.weir.proxyengine.SessionLimits;
import io.weir.proxyengine.Transport;
import io.weir.proxyengine.bodies.BodyStoreConfig;
import io.weir.proxyengine.overload.OverloadLimits;
import io.weir.proxyengine.overload.Watched;
import io.weir.proxyengine.rules.RuleSource;
import io.weir.proxyengine.tls.CertificateAuthority;
import io.weir.proxyengine.upstream.Upstream;
import io.weir.proxyengine.upstream.UpstreamGroup;
import io.weir.proxyengine.upstream.UpstreamKind;
import io.weir.proxyengine.upstream.UpstreamPolicy;
import io.weir.proxyengine.upstream.UpstreamTls;
import io.weir.proxyengine.upstream.UpstreamsConfig;
import io.weir.wsgateway.GatewayConfig;
import io.weir.wsgateway.GatewayToken;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each key is read, shown, and reaches what it is for. A key without a row here fails. */
class EveryKeyTest {
    /** A value for each key that is not its default, as YAML. */
    private static final Map<String, String> OTHERS = new LinkedHashMap<>();

    static {
        OTHERS.put("data", "elsewhere");
        OTHERS.put("rules", "[\"refuse host=.ads.example name=ads\"]");
        OTHERS.put("proxy.listen", "[\"127.0.0.1:3128\", \"socks5://127.0.0.1:1080\"]");
        OTHERS.put("proxy.allow-open", "true");
        OTHERS.put("proxy.users", "\"USERS\"");
        OTHERS.put("proxy.no-auth-from", "[10.0.0.0/8]");
        OTHERS.put("proxy.auth-realm", "\"the office\"");
        OTHERS.put("proxy.rules", "\"RULES\"");
        OTHERS.put("proxy.upstreams", "[\"office=socks5://10.0.0.1:1080?check=5s\", \"b=http://10.0.0.2:3128\"]");
        OTHERS.put("proxy.upstream-groups", "[\"both=latency:office,b\"]");
        OTHERS.put("proxy.upstream", "\"https://proxy.example:443?insecure=true\"");
        OTHERS.put("proxy.max-connections", "123");
        OTHERS.put("proxy.private-destinations", "refuse");
        OTHERS.put("proxy.refused-destinations", "[\"192.0.2.1:25\"]");
        OTHERS.put("proxy.name-servers", "[\"192.0.2.53:53\"]");
        OTHERS.put("proxy.event-loops", "3");
        OTHERS.put("proxy.transport", "nio");
        OTHERS.put("proxy.relay-buffer", "64KiB");
        OTHERS.put("proxy.node-name", "edge-1");
        OTHERS.put("timeouts.connect", "11s");
        OTHERS.put("timeouts.head", "12s");
        OTHERS.put("timeouts.keep-alive", "13s");
        OTHERS.put("timeouts.exchange-idle", "14s");
        OTHERS.put("timeouts.tunnel-idle", "15s");
        OTHERS.put("timeouts.drain", "16s");
        OTHERS.put("limits.sessions", "1001");
        OTHERS.put("limits.sessions-per-user", "1002");
        OTHERS.put("limits.sessions-per-client", "1003");
        OTHERS.put("limits.quota-day", "29MiB");
        OTHERS.put("limits.quota-month", "30GiB");
        OTHERS.put("limits.quotas", "[\"anna day=100MiB month=none\", \"b c month=2GiB\", \"dora none\"]");
        OTHERS.put("limits.bandwidth", "100MiB");
        OTHERS.put("limits.bandwidth-per-user", "10MiB");
        OTHERS.put("limits.bandwidth-per-session", "1MiB");
        OTHERS.put("limits.bandwidths", "[\"anna 2MiB\", \"b c none\"]");
        OTHERS.put("intercept.hosts", "[\".a.example\"]");
        OTHERS.put("intercept.except", "[bank.a.example]");
        OTHERS.put("intercept.trust", "[\"CA\"]");
        OTHERS.put("intercept.insecure-origin", "[old.a.example]");
        OTHERS.put("intercept.redact", "[x-secret-thing]");
        OTHERS.put("intercept.bypass-time", "17m");
        OTHERS.put("capture.hosts", "[a.example]");
        OTHERS.put("capture.limit", "1MiB");
        OTHERS.put("capture.keep", "18h");
        OTHERS.put("capture.total", "19MiB");
        OTHERS.put("capture.queue", "20MiB");
        OTHERS.put("gateway.listen", "\"127.0.0.1:9191\"");
        OTHERS.put("gateway.cert", "none");
        OTHERS.put("gateway.key", "none");
        OTHERS.put("gateway.allow", "[weir.example]");
        OTHERS.put("gateway.allow-plain", "true");
        OTHERS.put("journal.sync-interval", "2s");
        OTHERS.put("journal.snapshot-tick", "20ms");
        OTHERS.put("journal.free-space-floor", "21MiB");
        OTHERS.put("journal.checkpoint-events", "22");
        OTHERS.put("journal.checkpoint-interval", "23m");
        OTHERS.put("journal.retry-interval", "24s");
        OTHERS.put("journal.held-events", "25");
        OTHERS.put("journal.seal-interval", "26s");
        OTHERS.put("journal.keep-for", "27d");
        OTHERS.put("journal.keep-size", "28GiB");
        OTHERS.put("journal.ring-slots", "1024");
        OTHERS.put("overload.heap", "71");
        OTHERS.put("overload.direct-memory", "72");
        OTHERS.put("overload.files", "73");
        OTHERS.put("overload.ring", "74");
        OTHERS.put("overload.journal-lag", "7500ms");
        OTHERS.put("overload.disk", "76");
        OTHERS.put("log.level", "warn");
        OTHERS.put("log.file", "logs/weir.log");
        OTHERS.put("log.format", "json");
        OTHERS.put("log.max-size", "1MiB");
        OTHERS.put("log.keep", "3");
        OTHERS.put("access-log.file", "logs/access.log");
        OTHERS.put("access-log.format", "combined");
        OTHERS.put("access-log.open-every", "30s");
    }

    @TempDir
    Path folder;

    static List<Key<?>> keys() {
        return Keys.TABLE.all();
    }

    @Test
    void everyKeyHasARowHere() {
        assertThat(OTHERS.keySet())
                .containsExactlyElementsOf(
                        Keys.TABLE.all().stream().map(Key::path).toList());
    }

    private static byte[] file(String path, String value) {
        int dot = path.indexOf('.');
        String text = dot < 0
                ? path + ": " + value + "\n"
                : path.substring(0, dot) + ":\n  " + path.substring(dot + 1) + ": " + value + "\n";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @MethodSource("keys")
    void itIsReadShownAndReadAgain(Key<?> key) {
        String other = Objects.requireNonNull(OTHERS.get(key.path()));
        String value = other.equals("none") ? "/x.pem" : other;

        ConfigReader.Outcome outcome = ConfigReader.read(Keys.TABLE, file(key.path(), value), Map.of());

        assertThat(outcome.faults()).isEmpty();
        Settings settings = outcome.settings();
        assertThat(settings.fromDefaults()).hasSize(1);
        assertThat(settings.isDefault(key)).isFalse();
        String printed = YamlText.of(settings);
        assertThat(printed).contains("  ".repeat(key.group().isEmpty() ? 0 : 1) + key.name() + ": ");
        Settings again = ConfigReader.read(Keys.TABLE, printed.getBytes(StandardCharsets.UTF_8), Map.of())
                .orThrow("print");
        assertThat(again).isEqualTo(settings);
    }

    @ParameterizedTest
    @MethodSource("keys")
    void itIsDescribed(Key<?> key) {
        assertThat(key.path()).matches("[a-z]+(-[a-z]+)*(\\.[a-z]+(-[a-z]+)*)?");
        assertThat(key.effect()).endsWith(".").hasSizeGreaterThan(10);
        assertThat(key.type().form()).isNotEmpty();
        assertThat(YamlText.example()).contains(key.name() + ": ");
    }

    @Test
    void allOfThemReachWhatTheyAreFor() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        CertificateAuthority authority = CertificateAuthority.loadOrCreate(folder.resolve("ca"));
        Path trusted = Files.writeString(folder.resolve("trusted.pem"), authority.pem());
        Path rules = Files.writeString(folder.resolve("rules"), "refuse host=.ads.example\n");
        Path users = Files.writeString(
                folder.resolve("users"), "anna:$2y$04$abcdefghijklmnopqrstuuDWdLYxPPqmwHIUKmN4vfEhAWHEWxUCW\n");
        String yaml = OTHERS.entrySet().stream()
                        .filter(row -> row.getKey().contains(".")) // the rules are in a file here
                        .collect(Collectors.groupingBy(
                                row -> row.getKey().substring(0, row.getKey().indexOf('.')),
                                LinkedHashMap::new,
                                Collectors.toList()))
                        .entrySet()
                        .stream()
                        .map(group -> group.getKey() + ":\n"
                                + group.getValue().stream()
                                        .map(row -> "  "
                                                + row.getKey()
                                                        .substring(row.getKey().indexOf('.') + 1) + ": "
                                                + row.getValue()
                                                        .replace("\"CA\"", "\"" + trusted + "\"")
                                                        .replace("\"USERS\"", "\"" + users + "\"")
                                                        .replace("\"RULES\"", "\"" + rules + "\"")
                                                + "\n")
                                        .collect(Collectors.joining()))
                        .collect(Collectors.joining())
                + "data: " + data + "\n";
        Settings settings = ConfigReader.read(yaml.getBytes(StandardCharsets.UTF_8), Map.of())
                .orThrow("test");
        var node = new NodeSettings(settings, 7);

        assertThat(node.data()).isEqualTo(data);
        assertThat(node.ringSlots()).isEqualTo(1024);
        assertThat(settings.get(LogKeys.LEVEL)).isEqualTo(LogKeys.Verbosity.WARN);
        EngineConfig engine =
                node.engine("auto-name").transport(node.transport()).build();
        assertThat(engine.network().listeners())
                .extracting(ListenerConfig::name)
                .containsExactly("127.0.0.1:3128", "127.0.0.1:1080");
        assertThat(engine.permissions().allowOpen()).isTrue();
        assertThat(engine.limits().maxConnections())
                .isEqualTo(123)
                .isEqualTo(node.live().limits().maxConnections());
        assertThat(engine.permissions().privateDestinations())
                .isEqualTo(PrivateDestinations.REFUSE)
                .isEqualTo(node.live().privateDestinations());
        assertThat(engine.permissions().refusedDestinations())
                .containsExactly(new InetSocketAddress("192.0.2.1", 25))
                .isEqualTo(node.refusedDestinations());
        assertThat(engine.upstreams())
                .isEqualTo(new UpstreamsConfig(
                        List.of(
                                Upstream.of("office", UpstreamKind.SOCKS5, "10.0.0.1", 1080)
                                        .checkedEach(Duration.ofSeconds(5)),
                                Upstream.of("b", UpstreamKind.HTTP, "10.0.0.2", 3128),
                                Upstream.of("proxy.example:443", UpstreamKind.HTTPS, "proxy.example", 443)
                                        .with(new UpstreamTls(null, "", true, null, null))),
                        List.of(new UpstreamGroup("both", UpstreamPolicy.LATENCY, List.of("office", "b"))),
                        "proxy.example:443"))
                .isEqualTo(node.live().upstreams());
        assertThat(engine.network().nameServers()).containsExactly(new InetSocketAddress("192.0.2.53", 53));
        assertThat(engine.network().eventLoops()).isEqualTo(3);
        assertThat(engine.network().transport()).isEqualTo(Transport.NIO);
        assertThat(engine.network().relayBufferBytes()).isEqualTo(64 << 10);
        assertThat(engine.nodeName()).isEqualTo("edge-1");
        assertThat(engine.timeouts().connect())
                .isEqualTo(Duration.ofSeconds(11))
                .isEqualTo(node.live().timeouts().connect());
        assertThat(engine.timeouts().head())
                .isEqualTo(Duration.ofSeconds(12))
                .isEqualTo(node.live().timeouts().head());
        assertThat(engine.timeouts().keepAlive())
                .isEqualTo(Duration.ofSeconds(13))
                .isEqualTo(node.live().timeouts().keepAlive());
        assertThat(engine.timeouts().exchangeIdle())
                .isEqualTo(Duration.ofSeconds(14))
                .isEqualTo(node.live().timeouts().exchangeIdle());
        assertThat(engine.timeouts().tunnelIdle())
                .isEqualTo(Duration.ofSeconds(15))
                .isEqualTo(node.live().timeouts().tunnelIdle());
        assertThat(engine.timeouts().drain())
                .isEqualTo(Duration.ofSeconds(16))
                .isEqualTo(node.live().timeouts().drain());
        assertThat(engine.limits().bandwidth())
                .isEqualTo(new BandwidthLimits(100 << 20, 10 << 20, 1 << 20, Map.of("anna", 2L << 20, "b c", 0L)))
                .isEqualTo(node.live().limits().bandwidth());

        assertThat(engine.limits().sessions())
                .isEqualTo(new SessionLimits(1001, 1002, 1003))
                .isEqualTo(node.live().limits().sessions());
        assertThat(node.quotas())
                .isEqualTo(new QuotaPolicy(
                        new Quota(29L << 20, 30L << 30),
                        Map.of(
                                "anna",
                                new Quota(100L << 20, 0),
                                "b c",
                                new Quota(29L << 20, 2L << 30),
                                "dora",
                                Quota.NONE)));

        InterceptConfig intercept = Objects.requireNonNull(node.intercept(() -> authority, folder.resolve("bodies")));
        BodyStoreConfig bodies = Objects.requireNonNull(intercept.bodies());
        assertThat(intercept.include().matches("b.a.example", 443)).isTrue();
        assertThat(intercept.include().matches("b.example", 443)).isFalse();
        assertThat(intercept.exclude().matches("bank.a.example", 443)).isTrue();
        assertThat(intercept.unverified().matches("old.a.example", 443)).isTrue();
        assertThat(intercept.trust()).containsExactly(authority.certificate());
        assertThat(intercept.redaction().url("http://a/?x-secret-thing=1&y=2"))
                .contains("y=2")
                .doesNotContain("thing=1");
        assertThat(intercept.bypass()).isEqualTo(Duration.ofMinutes(17));
        assertThat(intercept.capture().matches("a.example", 443)).isTrue();
        assertThat(bodies.bodyBytesMax()).isEqualTo(1 << 20);
        assertThat(bodies.maxAge()).isEqualTo(Duration.ofHours(18));
        assertThat(bodies.folderBytesMax()).isEqualTo(19 << 20);
        assertThat(bodies.queueBytesMax()).isEqualTo(20 << 20);

        GatewayConfig gateway = node.gateway(GatewayToken.random());
        assertThat(gateway.listen().getPort()).isEqualTo(9191);
        assertThat(gateway.allowedHosts()).containsExactly("weir.example").isEqualTo(node.gatewayNames());
        assertThat(gateway.allowPlain()).isTrue();
        assertThat(gateway.tls()).isNull();

        assertThat(node.logFile()).contains(Path.of("logs/weir.log"));
        assertThat(node.logFormat()).isEqualTo(LogFormat.JSON);
        assertThat(node.logRotation()).isEqualTo(new Rotation(1 << 20, 3));
        assertThat(node.accessLog())
                .contains(new AccessLogConfig(
                        Path.of("logs/access.log"),
                        AccessFormat.COMBINED,
                        Duration.ofSeconds(30),
                        new Rotation(1 << 20, 3)));

        assertThat(node.overload())
                .isEqualTo(OverloadLimits.NONE
                        .with(Watched.HEAP, 0.71)
                        .with(Watched.DIRECT_MEMORY, 0.72)
                        .with(Watched.FILES, 0.73)
                        .with(Watched.RING, 0.74)
                        .with(Watched.JOURNAL_LAG, 7.5)
                        .with(Watched.DISK, 0.76));

        AggregatorConfig ledger = node.aggregator(folder.resolve("j"), folder.resolve("s"), "v");
        assertThat(ledger)
                .isEqualTo(new AggregatorConfig(
                        folder.resolve("j"),
                        "v",
                        Duration.ofSeconds(2),
                        Duration.ofMillis(20),
                        21 << 20,
                        22,
                        Duration.ofMinutes(23),
                        Duration.ofSeconds(24),
                        25,
                        folder.resolve("s"),
                        Duration.ofSeconds(26),
                        new RetentionPolicy(Duration.ofDays(27), 28L << 30)));

        AccessConfig access = Objects.requireNonNull(node.access());
        assertThat(access.users()).isEqualTo(users);
        assertThat(node.rules()).isEqualTo(new RuleSource.OfFile(rules));
        assertThat(access.exempt()).containsExactly(Network.parse("10.0.0.0/8"));
        assertThat(access.realm()).isEqualTo("the office");
    }

    @Test
    void whatIsOffIsNotHeeded() throws Exception {
        String yaml = "overload: {heap: off, direct-memory: off, files: off, ring: off, journal-lag: off, disk: off}";
        Settings settings = ConfigReader.read(yaml.getBytes(StandardCharsets.UTF_8), Map.of())
                .orThrow("test");

        assertThat(new NodeSettings(settings, 7).overload()).isEqualTo(OverloadLimits.NONE);
    }

    @Test
    void theDefaultsAreThoseOfTheModules() {
        var node = new NodeSettings(Settings.defaults(Keys.TABLE), 10_000);
        EngineConfig usual = EngineConfig.defaults(new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080));

        assertThat(node.engine("weir").build()).isEqualTo(usual);
        assertThat(node.aggregator(folder, folder, "v"))
                .isEqualTo(AggregatorConfig.defaults(folder, "v").withSeals(folder, AggregatorConfig.SEAL_INTERVAL));
        assertThat(node.quotas()).isEqualTo(QuotaPolicy.NONE);
        assertThat(node.ringSlots()).isEqualTo(io.weir.eventbus.EventBus.DEFAULT_SLOTS);
        assertThat(node.bodyStore(folder)).isEqualTo(BodyStoreConfig.defaults(folder));
        assertThat(node.intercept(
                        () -> {
                            throw new AssertionError("nobody needs the CA");
                        },
                        folder))
                .isNull();
        assertThat(Settings.defaults(Keys.TABLE).get(InterceptKeys.BYPASS_TIME)).isEqualTo(InterceptConfig.BYPASS);
    }
}
