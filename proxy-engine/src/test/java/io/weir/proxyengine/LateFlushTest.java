package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When what was written leaves. */
class LateFlushTest {
    private final DefaultEventLoop loop = new DefaultEventLoop();
    private final LateFlush flushes = new LateFlush(loop);

    @AfterEach
    void end() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private <T> T onLoop(Callable<T> task) throws Exception {
        return loop.submit(task).get(30, TimeUnit.SECONDS);
    }

    private EmbeddedChannel written() {
        var channel = new EmbeddedChannel();
        channel.write(Unpooled.copiedBuffer(new byte[8]));
        flushes.flushSoon(channel);
        return channel;
    }

    private static boolean isFlushed(EmbeddedChannel channel) {
        boolean flushed = !channel.outboundMessages().isEmpty();
        channel.finishAndReleaseAll();
        return flushed;
    }

    @Test
    void whatIsWrittenLeavesAfterWhatTheLoopIsDoing() throws Exception {
        var channels = new ArrayList<EmbeddedChannel>();

        boolean early = onLoop(() -> {
            channels.add(written());
            channels.add(written());
            return channels.stream()
                    .anyMatch(channel -> !channel.outboundMessages().isEmpty());
        });

        assertThat(early).isFalse();
        assertThat(onLoop(() -> channels.stream().allMatch(LateFlushTest::isFlushed)))
                .isTrue();
    }

    @Test
    void nothingWaitsWhenManyDo() throws Exception {
        List<EmbeddedChannel> channels = onLoop(() -> {
            var all = new ArrayList<EmbeddedChannel>();
            for (int i = 0; i < 200; i++) {
                all.add(written());
            }
            assertThat(all.stream()
                            .filter(channel -> channel.outboundMessages().isEmpty())
                            .count())
                    .isLessThan(64);
            return all;
        });

        assertThat(onLoop(() -> channels.stream().allMatch(LateFlushTest::isFlushed)))
                .isTrue();
    }

    @Test
    void muchLeavesAtOnce() throws Exception {
        boolean flushed = onLoop(() -> {
            var channel = new EmbeddedChannel();
            channel.write(Unpooled.wrappedBuffer(new byte[32 * 1024]));
            flushes.flushSoon(channel);
            return isFlushed(channel);
        });

        assertThat(flushed).isTrue();
    }
}
