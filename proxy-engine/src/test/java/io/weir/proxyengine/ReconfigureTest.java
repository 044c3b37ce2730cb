package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Other values while the engine runs hold for what begins from then on; what is open goes on. */
class ReconfigureTest {
    private static final ConfigChanged CHANGE = new ConfigChanged(2, "ab", "by=test");

    private static LiveConfig live(Duration tunnelIdle, int connections, PrivateDestinations destinations) {
        return new LiveConfig(
                new Timeouts(
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(60),
                        Duration.ofMinutes(5),
                        tunnelIdle,
                        Duration.ZERO),
                new EngineLimits(connections, SessionLimits.NONE, BandwidthLimits.NONE),
                destinations,
                null,
                null);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aShorterIdleTimeoutIsForNewTunnelsAndTheOpenOneLivesOn(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                var open = TestTunnel.open(proxy)) {
            proxy.reconfigure(live(Duration.ofMillis(300), 100, PrivateDestinations.AUTO), CHANGE);
            await().until(() -> proxy.ledger().notices().contains(CHANGE));
            long begun = System.nanoTime();
            try (var later = TestTunnel.open(proxy)) {
                later.client().readToEnd();

                assertThat(later.closedSession(proxy).closed.reason()).isEqualTo(CloseReason.IDLE_TIMEOUT);
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
            }
            open.origin().write(Peer.patternBytes(1000));
            open.client().readPattern(1000);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void moreRoomLetsInWhoWaits(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(
                        settings -> settings.transport(transport).eventLoops(1).maxConnections(1));
                var first = TestTunnel.open(proxy);
                Socket second = proxy.connect()) {
            second.getOutputStream().write("GET /x HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(proxy.engine().connections()).isEqualTo(1);

            proxy.reconfigure(live(Duration.ofHours(1), 2, PrivateDestinations.AUTO), CHANGE);

            assertThat(new String(second.getInputStream().readNBytes(9), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 ");
            first.origin().write(Peer.patternBytes(10));
            first.client().readPattern(10);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void privateDestinationsMayBeRefusedFromNowOn(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                var open = TestTunnel.open(proxy)) {
            proxy.reconfigure(live(Duration.ofHours(1), 100, PrivateDestinations.REFUSE), CHANGE);
            await().until(() -> proxy.ledger().notices().contains(CHANGE));

            await().until(() -> connectAnswer(proxy).startsWith("HTTP/1.1 403"));
            open.origin().write(Peer.patternBytes(10));
            open.client().readPattern(10);
        }
    }

    private static String connectAnswer(TestProxy proxy) throws Exception {
        try (Socket client = proxy.connect()) {
            client.getOutputStream().write(TestTunnel.head("127.0.0.1:9").getBytes(StandardCharsets.US_ASCII));
            return new String(client.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Transport.class, names = "NIO")
    void whatCannotBeIsRefusedAndNothingChanges(Transport transport) {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport))) {
            assertThatThrownBy(() -> proxy.reconfigure(live(Duration.ZERO, 0, PrivateDestinations.AUTO), CHANGE))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("connections must be 1 or more")
                    .hasMessageContaining("a timeout must be longer");
        }
    }
}
