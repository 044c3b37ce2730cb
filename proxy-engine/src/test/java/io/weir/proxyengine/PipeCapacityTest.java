package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.FileDescriptor;
import org.junit.jupiter.api.Test;

class PipeCapacityTest {
    private static final int JDK_WITH_FOREIGN_FUNCTIONS = 22;

    @Test
    void whereTheJdkCanCallFcntlAPipeIsMadeLarger() throws Exception {
        assumeTrue(Epoll.isAvailable());
        assumeTrue(Runtime.version().feature() >= JDK_WITH_FOREIGN_FUNCTIONS);
        await().until(PipeCapacity::isKnown);
        FileDescriptor[] pipe = FileDescriptor.pipe();

        assertThat(PipeCapacity.set(pipe[1].intValue(), 128 * 1024)).isEqualTo(128 * 1024);

        pipe[0].close();
        pipe[1].close();
    }

    @Test
    void onAnOlderJdkPipesStayAsTheyAre() {
        assumeTrue(Runtime.version().feature() < JDK_WITH_FOREIGN_FUNCTIONS);

        assertThat(PipeCapacity.isKnown()).isFalse();
        assertThat(PipeCapacity.set(0, 128 * 1024)).isEqualTo(-1);
    }
}
