package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Carrying bytes through a tunnel that stands costs the event loop no garbage. */
@Tag("jdk")
class RelayAllocationTest {
    private static final long WARM_BYTES = 256L << 20;
    private static final long BYTES = 1L << 30;

    /** Some for timers; at 128 KiB a read, a single object of 16 bytes for each read would be as much. */
    private static final long GARBAGE_MAX_PER_GB = 128 * 1024;

    private static final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    @BeforeEach
    void withoutTheObjectsThatDetectLeaks() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void withThemAgain() {
        ResourceLeakDetector.setLevel(level);
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"SPLICE", "EPOLL"})
    void aGigabyteLeavesNoGarbage(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(
                        settings -> settings.transport(transport).eventLoops(1).relayBufferBytes(64 * 1024));
                var tunnel = TestTunnel.open(proxy)) {
            long loop = proxy.engine()
                    .loops()
                    .iterator()
                    .next()
                    .eventLoop()
                    .submit(() -> Thread.currentThread().getId())
                    .get(30, TimeUnit.SECONDS);
            carry(tunnel, WARM_BYTES);
            long before = threads.getThreadAllocatedBytes(loop);

            carry(tunnel, BYTES);

            assertThat(threads.getThreadAllocatedBytes(loop) - before).isLessThan(GARBAGE_MAX_PER_GB);
        }
    }

    private static void carry(TestTunnel tunnel, long bytes) throws Exception {
        CompletableFuture<?> writer = Peer.async(() -> {
            tunnel.origin().writePattern(bytes);
            return true;
        });
        tunnel.client().readPattern(bytes);
        writer.get(30, TimeUnit.SECONDS);
    }
}
