package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AcceptanceTest {
    private static final InetAddress CLIENT = InetAddress.getLoopbackAddress();

    private long now = 1;
    private final Acceptance acceptance = new Acceptance(() -> now);

    @Test
    void aStrangerThatLeavesRightAfterTheHandshakeRefuses() {
        assertThat(left(false)).isTrue();
    }

    @Test
    void aStrangerThatLeavesInTheHandshakeRefusesTheSecondTime() {
        assertThat(left(true)).isFalse();
        assertThat(left(true)).isTrue();
    }

    @Test
    void aClientThatHasUsedATunnelMayLeaveAnyNumberUnusedSoonAfter() {
        acceptance.used("a.example", 443, CLIENT);

        for (int i = 0; i < 100; i++) {
            assertThat(left(i % 2 == 0)).isFalse();
        }
        assertThat(acceptance.isFresh("a.example", 443, CLIENT)).isTrue();
    }

    @Test
    void aClientThatHasUsedATunnelLongAgoRefusesWithTheEighthInARow() {
        acceptance.used("a.example", 443, CLIENT);
        now += Duration.ofMinutes(2).toNanos();

        for (int i = 0; i < 7; i++) {
            assertThat(left(false)).isFalse();
        }
        assertThat(left(false)).isTrue();
        assertThat(acceptance.isFresh("a.example", 443, CLIENT)).isFalse();
    }

    @Test
    void whatAClientAcceptsOfOneHostSaysNothingOfAnother() {
        acceptance.used("b.example", 443, CLIENT);

        assertThat(left(false)).isTrue();
    }

    private boolean left(boolean inHandshake) {
        return acceptance.leftUnused("a.example", 443, CLIENT, inHandshake);
    }
}
