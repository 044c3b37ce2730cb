package io.weir.proxyengine.bodies;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that the test moves. Any thread. */
final class TestClock implements InstantSource {
    private final AtomicLong nowMillis =
            new AtomicLong(Instant.parse("2026-11-23T12:00:00Z").toEpochMilli());

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(nowMillis.get());
    }

    void pass(Duration time) {
        nowMillis.addAndGet(time.toMillis());
    }
}
