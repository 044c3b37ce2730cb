package io.weir.launcher.config;

import static io.weir.launcher.config.Applied.RELOAD;
import static io.weir.launcher.config.Terms.HOUR;
import static io.weir.launcher.config.Terms.OFF;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The keys of the section overload: when what runs short is spared. See {@link Keys}. Immutable. */
final class OverloadKeys {
    static final Key<Optional<Long>> HEAP = fill(
            "heap",
            "90",
            "How full the heap may be, of what lives, in percent, before no session begins. The other steps lie around it.");
    static final Key<Optional<Long>> DIRECT_MEMORY =
            fill("direct-memory", "90", "The same for memory outside the heap.");
    static final Key<Optional<Long>> FILES = fill("files", "95", "The same for open files, of the soft limit.");
    static final Key<Optional<Long>> RING = fill(
            "ring",
            "90",
            "The same for what waits for the ledger: one half is the ring, the other 65,536 sessions of an event loop that wait for the ring.");
    static final Key<Optional<Duration>> JOURNAL_LAG = Key.one(
            "overload.journal-lag",
            Types.orWord(OFF, Types.time(Duration.ofMillis(100), HOUR)),
            "10s",
            RELOAD,
            "How long an event may wait to be journaled before no session begins.");
    static final Key<Optional<Long>> DISK = fill(
            "disk",
            "90",
            "How near the journal's disk may come to its free-space-floor before no session begins: the floor in percent of what is free.");

    private static Key<Optional<Long>> fill(String gauge, String percent, String effect) {
        return Key.one("overload." + gauge, Types.orWord(OFF, Types.count(30, 99)), percent, RELOAD, effect);
    }

    /** All of them, in the order in which they are shown. */
    static final List<Key<?>> ROWS = List.of(HEAP, DIRECT_MEMORY, FILES, RING, JOURNAL_LAG, DISK);

    private OverloadKeys() {}
}
