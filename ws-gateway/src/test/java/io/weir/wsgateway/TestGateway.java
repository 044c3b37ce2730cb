package io.weir.wsgateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A running gateway on a free port, with everything around it made by the test. */
final class TestGateway implements AutoCloseable {
    final GatewayToken token = GatewayToken.random();
    final FakeLedger ledger = new FakeLedger();
    final RecordingSessionControl sessions = new RecordingSessionControl();
    final LogFeed logs = new LogFeed(level -> wantedLevel = level);
    final FixedMetrics figures = new FixedMetrics();
    final Gateway gateway;

    private volatile Optional<LogLevel> wantedLevel = Optional.empty();

    private TestGateway(GatewayLimits limits, UnaryOperator<GatewayConfig> configured) {
        this(limits, configured, ConfigControl.NONE, RulesControl.NONE);
    }

    private TestGateway(
            GatewayLimits limits, UnaryOperator<GatewayConfig> configured, ConfigControl control, RulesControl rules) {
        InetSocketAddress listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        gateway = Gateway.start(
                configured.apply(new GatewayConfig(listen, List.of("weir.example", "proxy.example:9443"), token)),
                ledger,
                new NodeControls(sessions, control, rules),
                logs,
                () -> new NodeStatus("0.1.0", List.of("127.0.0.1:8080"), 1_772_935_200_000L),
                figures,
                limits);
    }

    static TestGateway start() {
        return start(limits -> limits);
    }

    static TestGateway start(UnaryOperator<TestLimits> change) {
        return new TestGateway(change.apply(new TestLimits()).build(), config -> config);
    }

    static TestGateway configured(UnaryOperator<GatewayConfig> change) {
        return new TestGateway(new TestLimits().build(), change);
    }

    static TestGateway with(ConfigControl control) {
        return new TestGateway(new TestLimits().build(), config -> config, control, RulesControl.NONE);
    }

    static TestGateway with(RulesControl rules) {
        return new TestGateway(new TestLimits().build(), config -> config, ConfigControl.NONE, rules);
    }

    /** Limits with ticks that a test does not have to wait for. */
    static final class TestLimits {
        int maxClients = 64;
        int maxRows = 10_000;
        int maxPartBytes = GatewayLimits.DEFAULTS.maxPartBytes();
        int maxMessagesPerSecond = 500;
        int maxPendingBytes = GatewayLimits.DEFAULTS.maxPendingBytes();
        Duration headDeadline = Duration.ofSeconds(10);
        Duration tick = Duration.ofMillis(40);
        Duration trafficTick = tick;
        Duration pings = Duration.ofSeconds(20);
        Duration stall = Duration.ofSeconds(10);

        GatewayLimits build() {
            GatewayLimits usual = GatewayLimits.DEFAULTS;
            return new GatewayLimits(
                    usual.maxConnections(),
                    maxClients,
                    maxRows,
                    usual.maxRowsBytes(),
                    maxPartBytes,
                    usual.maxMessageBytes(),
                    maxMessagesPerSecond,
                    maxPendingBytes,
                    headDeadline,
                    usual.idleTimeout(),
                    trafficTick,
                    tick,
                    tick,
                    tick,
                    pings,
                    stall);
        }
    }

    /** The lowest level that anyone subscribed to. */
    Optional<LogLevel> wantedLevel() {
        return wantedLevel;
    }

    int port() {
        return gateway.address().getPort();
    }

    /** A dashboard with the right token. */
    Dashboard dashboard() {
        return Dashboard.open(port(), token.value());
    }

    /** Sends a request as it stands, and returns all that comes back until the end. */
    String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** A GET with these further header lines. */
    String get(String target, String... headers) throws IOException {
        StringBuilder request = new StringBuilder("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + port() + "\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return raw(request + "\r\n");
    }

    /** An attempt to open a WebSocket, which is only for what is refused: otherwise it would not end. */
    String refusedUpgrade(String target, String... headers) throws IOException {
        String[] all = new String[headers.length + 4];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "Connection: Upgrade";
        all[headers.length + 1] = "Upgrade: websocket";
        all[headers.length + 2] = "Sec-WebSocket-Version: 13";
        all[headers.length + 3] = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
        return get(target, all);
    }

    @Override
    public void close() {
        gateway.close();
        ledger.close();
    }
}
