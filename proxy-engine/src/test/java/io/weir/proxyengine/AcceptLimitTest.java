package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AcceptLimitTest {
    @ParameterizedTest
    @EnumSource(Transport.class)
    void whoComesBeyondTheLimitWaitsInTheKernelAndIsServedLater(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(
                        settings -> settings.transport(transport).maxConnections(3));
                ServerSocket server = Peer.listen(0)) {
            List<TestTunnel> tunnels = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                tunnels.add(TestTunnel.open(proxy));
            }
            await().until(() -> proxy.engine().connections() == 3);
            try (Peer waiting = TestTunnel.connect(proxy, 0)) {
                waiting.write(TestTunnel.head(Peer.authority(server)).getBytes(StandardCharsets.US_ASCII));
                server.setSoTimeout(200);
                try {
                    server.accept();
                    throw new AssertionError("a fourth connection was served");
                } catch (SocketTimeoutException expected) {
                    assertThat(proxy.engine().connections()).isEqualTo(3);
                }

                tunnels.get(0).close();

                server.setSoTimeout(30_000);
                try (Peer origin = new Peer(server.accept())) {
                    origin.writePattern(1);
                    waiting.readExactly(TestTunnel.ANSWER.length() + 1);
                }
            }
            for (TestTunnel tunnel : tunnels) {
                tunnel.close();
            }
            await().until(() -> proxy.engine().connections() == 0);
        }
    }

    @Test
    void aClientThatLeavesInTheVeryMomentOfThePauseDoesNotLeaveTheListenerPausedForEver() {
        var limit = new AcceptLimit(1);
        var child = new EmbeddedChannel();
        var listener = new EmbeddedChannel() {
            private final ChannelConfig config = new DefaultChannelConfig(this) {
                @Override
                public ChannelConfig setAutoRead(boolean autoRead) {
                    if (!autoRead) {
                        child.close(); // as another event loop might just now
                    }
                    return super.setAutoRead(autoRead);
                }
            };

            @Override
            public ChannelConfig config() {
                return config == null ? super.config() : config;
            }
        };
        listener.pipeline().addFirst(limit);

        listener.writeInbound(child);

        assertThat(limit.connected()).isZero();
        assertThat(listener.config().isAutoRead()).isTrue();
        listener.finishAndReleaseAll();
    }
}
