package io.weir.wsgateway;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import java.util.ArrayDeque;
import java.util.Random;

/** What tests record to be played again. */
final class TestReplays {
    private static final int STEPS = 120;

    private TestReplays() {}

    /** Tunnels that open, move bytes and close, some dozen at a time, over a second or so. */
    static void recordTunnels(JournaledGateway live) throws InterruptedException {
        Random random = new Random(7);
        ArrayDeque<SessionMeter> open = new ArrayDeque<>();
        for (int i = 0; i < STEPS; i++) {
            open.add(live.open(0, SessionProtocol.HTTPS_TUNNEL, "h" + i % 9 + ".example:443", "192.0.2.1:" + i, ""));
            for (SessionMeter tunnel : open) {
                tunnel.up(random.nextInt(5_000));
                tunnel.down(random.nextInt(50_000));
            }
            if (open.size() > 20) {
                open.remove().close(CloseReason.COMPLETED, 0);
            }
            live.settle();
        }
        while (open.size() > 5) {
            open.remove().close(CloseReason.COMPLETED, 0);
        }
    }
}
