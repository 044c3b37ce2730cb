package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
    private static final Duration PERIOD = Duration.ofSeconds(20);

    private static EmbeddedChannel channel() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.pipeline().addLast(new Heartbeat(PERIOD));
        return channel;
    }

    private static void pass(EmbeddedChannel channel, int periods) {
        for (int i = 0; i < periods; i++) {
            channel.advanceTimeBy(PERIOD.toSeconds(), TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    private static int pings(EmbeddedChannel channel) {
        int pings = 0;
        for (Object sent = channel.readOutbound(); sent != null; sent = channel.readOutbound()) {
            pings += sent instanceof PingWebSocketFrame ? 1 : 0;
            ReferenceCountUtil.release(sent);
        }
        return pings;
    }

    @Test
    void clientThatAnswersNoPingIsDropped() {
        EmbeddedChannel channel = channel();

        pass(channel, 2);
        assertThat(channel.isOpen()).isTrue();
        pass(channel, 1);

        assertThat(channel.isOpen()).isFalse();
        assertThat(pings(channel)).isEqualTo(2);
    }

    @Test
    void clientThatCouldNotBeSentAPingIsNotBlamedForThat() {
        EmbeddedChannel channel = channel();
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false); // as while a long step goes on

        pass(channel, 10);
        assertThat(channel.isOpen()).isTrue();
        assertThat(pings(channel)).isZero();

        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        pass(channel, 1);
        assertThat(pings(channel)).isEqualTo(1);
        channel.finishAndReleaseAll();
    }
}
