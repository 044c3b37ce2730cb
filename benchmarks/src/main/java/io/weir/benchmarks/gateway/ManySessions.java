package io.weir.benchmarks.gateway;

import io.weir.eventbus.EventBus;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LoopPublisher;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Very many open sessions that somebody's event loop would have. One thread. */
final class ManySessions {
    private static final long PAUSE_NANOS = 200_000;
    private static final int BURST = 4096;

    private final EventBus bus;
    private final LoopPublisher publisher;
    private final List<SessionMeter> open = new ArrayList<>();
    private final Random random = new Random(42);

    ManySessions(EventBus bus) {
        this.bus = bus;
        this.publisher = new LoopPublisher(bus, (task, delayMillis) -> {}, System::currentTimeMillis);
    }

    void open(int sessions) {
        while (open.size() < sessions) {
            long id = bus.sessionIds().next();
            if (id == 0) {
                flush();
                continue;
            }
            SessionMeter session = publisher.open(new SessionOpened(
                    id,
                    id,
                    SessionProtocol.HTTPS_TUNNEL,
                    "TUNNEL",
                    "host-" + id % 1000 + ".example:443",
                    "host-" + id % 1000 + ".example:443",
                    "10.0.0.7:" + (1024 + id % 60_000),
                    ""));
            session.originConnected("192.0.2.7:443");
            open.add(session);
            if (open.size() % BURST == 0) {
                flush();
            }
        }
        flush();
        Collections.shuffle(open, random);
    }

    /** Moves some bytes in so many sessions, in no order. */
    void change(int sessions) {
        int first = random.nextInt(open.size());
        for (int i = 0; i < sessions; i++) {
            SessionMeter session = open.get((first + i) % open.size());
            session.up(1_200);
            session.down(64_000);
            session.originUp(1_200);
            session.originDown(64_000);
            if (i % BURST == BURST - 1) {
                flush();
            }
        }
        flush();
    }

    /** Returns when everything was published. */
    private void flush() {
        publisher.publishPending();
        while (publisher.hasPending()) {
            LockSupport.parkNanos(PAUSE_NANOS);
            publisher.publishPending();
        }
    }
}
