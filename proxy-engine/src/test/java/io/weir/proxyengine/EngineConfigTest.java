package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineConfigTest {
    private static final InetSocketAddress LOOPBACK = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "192.0.2.1", "::", "169.254.1.1"})
    void anOpenProxyIsRefusedUnlessItIsAskedFor(String address) {
        var listener = new InetSocketAddress(address, 8080);

        assertThatThrownBy(() -> EngineConfig.defaults(listener))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("open proxy")
                .hasMessageContaining("Listen on 127.0.0.1")
                .hasMessageContaining("--allow-open");
        assertThat(EngineConfig.builder(listener)
                        .allowOpen(true)
                        .build()
                        .network()
                        .isLoopbackOnly())
                .isFalse();
    }

    @Test
    void allFaultsAreNamedAtOnce() {
        assertThatThrownBy(() -> EngineConfig.builder(LOOPBACK)
                        .eventLoops(0)
                        .maxConnections(0)
                        .connectTimeout(Duration.ZERO)
                        .nodeName("a b")
                        .build())
                .isInstanceOf(EngineException.class)
                .hasMessageContainingAll("event loops", "connections", "timeout", "node name");
    }

    @Test
    void theDefaultsAreTheSafeOnes() {
        EngineConfig config = EngineConfig.defaults(LOOPBACK);

        assertThat(config.network().isLoopbackOnly()).isTrue();
        assertThat(config.permissions().allowOpen()).isFalse();
        assertThat(config.timeouts().connect()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.timeouts().head()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.timeouts().tunnelIdle()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void aLoadBalancerOnThisMachineBringsOthersSoItsListenerIsNoLoopback() {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        ListenerConfig behind = ListenerConfig.http(address).behind(List.of(Network.parse("127.0.0.1")));
        EngineConfigBuilder settings = EngineConfig.builder(address).listeners(behind);

        assertThatThrownBy(settings::build)
                .hasMessageContaining("behind a load balancer")
                .hasMessageContaining("--allow-open");
        assertThat(settings.allowOpen(true).build().allowsPrivateDestinations()).isFalse();
    }

    @Test
    void namesAndSettingsOfListenersMustFit() {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080);
        var other = new InetSocketAddress(InetAddress.getLoopbackAddress(), 8081);
        EngineConfigBuilder twice = EngineConfig.builder(address)
                .listeners(
                        ListenerConfig.http(address).named("a"),
                        ListenerConfig.http(other).named("a"));

        assertThatThrownBy(twice::build).hasMessageContaining("same name");
        assertThatThrownBy(() -> ListenerConfig.of(ListenerKind.HTTPS, address)).hasMessageContaining("certificate");
        assertThatThrownBy(() -> ListenerConfig.http(address).named("a b")).hasMessageContaining("a b");
        for (String network : new String[] {"10.0.0.1/8", "10.0.0.0/33", "x/8", "10.0.0.0/", "fe80::1%lo"}) {
            assertThatThrownBy(() -> Network.parse(network)).isInstanceOf(EngineException.class);
        }
    }

    private static AccessConfig access(String... exempt) {
        return new AccessConfig(
                java.nio.file.Path.of("users"),
                java.util.Arrays.stream(exempt).map(Network::parse).toList(),
                AccessConfig.REALM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/8", "0.0.0.0/1", "2000::/3", "0.0.0.0/1 0.0.0.0/2 128.0.0.0/2"})
    void whoeverAsksForUsersIsNoOpenProxy(String exempt) {
        var listener = new InetSocketAddress("0.0.0.0", 8080);

        EngineConfig config =
                EngineConfig.builder(listener).access(access(exempt.split(" "))).build();

        assertThat(config.network().isLoopbackOnly()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0/0", "::/0", "0.0.0.0/1 128.0.0.0/2 192.0.0.0/2 10.0.0.0/8", "::/1 8000::/1 ::/1"})
    void whoeverAsksNobodyIsOne(String exempt) {
        EngineConfigBuilder settings =
                EngineConfig.builder(new InetSocketAddress("0.0.0.0", 8080)).access(access(exempt.split(" ")));

        assertThatThrownBy(settings::build).isInstanceOf(EngineException.class).hasMessageContaining("open proxy");
        assertThat(settings.allowOpen(true).build().permissions().allowOpen()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\"b", "a\\b", "a\r\nb", "\u00e4"})
    void aRealmThatWouldBreakTheAnswerIsRefused(String realm) {
        assertThatThrownBy(() -> new AccessConfig(java.nio.file.Path.of("users"), List.of(), realm))
                .isInstanceOf(EngineException.class);
    }
}
