package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** That the watch would bark. */
class NothingLeftBehindTest {
    @Test
    void aBufferThatNobodyReleasedIsFound() throws Exception {
        ByteBufAllocator.DEFAULT.directBuffer(64).writeByte(1);

        assertThat(NothingLeftBehind.check()).anyMatch(finding -> finding.startsWith("leaked ByteBuf"));
    }

    @Test
    void anErrorInTheLogIsFound() throws Exception {
        LoggerFactory.getLogger(NothingLeftBehindTest.class).error("provoked");

        assertThat(NothingLeftBehind.check()).anyMatch(finding -> finding.contains("provoked"));
    }
}
