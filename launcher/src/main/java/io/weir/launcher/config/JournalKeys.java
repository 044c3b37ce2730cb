package io.weir.launcher.config;

import static io.weir.launcher.config.Applied.RESTART;
import static io.weir.launcher.config.Terms.ALL;
import static io.weir.launcher.config.Terms.AUTO;
import static io.weir.launcher.config.Terms.DAY;
import static io.weir.launcher.config.Terms.HOUR;
import static io.weir.launcher.config.Terms.MILLI;
import static io.weir.launcher.config.Terms.TIB;
import static io.weir.launcher.config.Terms.YEAR;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The keys of the section journal: how the ledger is kept. See {@link Keys}. Immutable. */
final class JournalKeys {
    static final Key<Duration> SYNC_INTERVAL = Key.one(
            "journal.sync-interval",
            Types.time(MILLI, HOUR),
            "1s",
            RESTART,
            "How long an event may wait until it survives the end of the machine.");
    static final Key<Duration> TICK = Key.one(
            "journal.snapshot-tick",
            Types.time(MILLI, Duration.ofMinutes(1)),
            "10ms",
            RESTART,
            "How often a new snapshot for the gateway may be taken.");
    static final Key<Optional<Long>> FREE_SPACE = Key.one(
            "journal.free-space-floor",
            Types.orWord(AUTO, Types.size(0, 1024 * TIB)),
            AUTO,
            RESTART,
            "Free space on the disk below which nothing is journaled and no session begins. With auto, 1 GiB, or 5 % of a disk smaller than 20"
                    + " GiB.");
    static final Key<Long> CHECKPOINT_EVENTS = Key.one(
            "journal.checkpoint-events",
            Types.count(1, 1_000_000_000_000L),
            "1000000",
            RESTART,
            "A checkpoint is due after so many events.");
    static final Key<Duration> CHECKPOINT_INTERVAL = Key.one(
            "journal.checkpoint-interval",
            Types.time(MILLI, YEAR),
            "10m",
            RESTART,
            "A checkpoint is due after this time, if anything changed.");
    static final Key<Duration> RETRY_INTERVAL = Key.one(
            "journal.retry-interval",
            Types.time(MILLI, HOUR),
            "250ms",
            RESTART,
            "How often a journal that cannot be written is tried again, and the free space looked at.");
    static final Key<Long> HELD_EVENTS = Key.one(
            "journal.held-events",
            Types.count(1, 100_000_000),
            "262144",
            RESTART,
            "Events that are kept in memory while the journal cannot be written.");
    static final Key<Duration> SEAL_INTERVAL = Key.one(
            "journal.seal-interval", Types.time(MILLI, DAY), "2s", RESTART, "How long an event may wait for its seal.");
    static final Key<Optional<Duration>> KEEP_FOR = Key.one(
                    "journal.keep-for",
                    Types.orWord(ALL, Types.time(MILLI, Duration.ofDays(36_500))),
                    ALL,
                    RESTART,
                    "What is older is removed from the journal, an hour at a time; the totals survive, and the journal says what went.")
            .option("--journal-keep-for", "AGE");
    static final Key<Optional<Long>> KEEP_SIZE = Key.one(
                    "journal.keep-size",
                    Types.orWord(ALL, Types.size(1, 1024 * TIB)),
                    ALL,
                    RESTART,
                    "The oldest hours are removed until the journal's files have so many bytes at most.")
            .option("--journal-keep-size", "SIZE");
    static final Key<Long> RING_SLOTS = Key.one(
                    "journal.ring-slots",
                    Types.powerOfTwo(2, 1 << 24),
                    "16384",
                    RESTART,
                    "Slots between the event loops and the ledger. A power of two.")
            .option("--ring-slots", "N");

    /** All of them, in the order in which they are shown. */
    static final List<Key<?>> ROWS = List.of(
            SYNC_INTERVAL,
            TICK,
            FREE_SPACE,
            CHECKPOINT_EVENTS,
            CHECKPOINT_INTERVAL,
            RETRY_INTERVAL,
            HELD_EVENTS,
            SEAL_INTERVAL,
            KEEP_FOR,
            KEEP_SIZE,
            RING_SLOTS);

    private JournalKeys() {}
}
