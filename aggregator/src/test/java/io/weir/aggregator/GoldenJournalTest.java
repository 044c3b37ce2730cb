package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.journal.GoldenCounts;
import io.weir.aggregator.journal.GoldenInterception;
import io.weir.aggregator.journal.GoldenJournal;
import io.weir.aggregator.journal.GoldenOverload;
import io.weir.aggregator.journal.GoldenRoutes;
import io.weir.aggregator.journal.GoldenUsage;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.aggregator.journal.RecordedEvents;
import io.weir.aggregator.seal.SealPublicKey;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.OfUser;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.Sum;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Journals that version 1 wrote, committed as they were. What they fold to never changes. */
@Tag("jdk")
class GoldenJournalTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden-journal-1");
    private static final Path GOLDEN_INTERCEPTION = Path.of("src/test/resources/golden-journal-1b");
    private static final Path GOLDEN_COUNTS = Path.of("src/test/resources/golden-journal-1c");
    private static final Path GOLDEN_CARE = Path.of("src/test/resources/golden-journal-1e");
    private static final Path GOLDEN_USAGE = Path.of("src/test/resources/golden-journal-1f");
    private static final Path GOLDEN_ROUTES = Path.of("src/test/resources/golden-journal-1g");
    private static final Path GOLDEN_OVERLOAD = Path.of("src/test/resources/golden-journal-1h");
    private static final Path GOLDEN_SEALS = Path.of("src/test/resources/golden-journal-1d");

    @Test
    void theJournalOfVersion1ReplaysForEver() {
        LedgerFold fold = Ledgers.replay(GOLDEN);

        assertThat(fold.sequence()).isEqualTo(28);
        assertThat(fold.nodeId()).isEqualTo("golden");
        assertThat(fold.boot()).isEqualTo(2);
        assertThat(fold.totals()).isEqualTo(new Tally(1_100_123, 2_000_456, 250, 39, 1_100_123, 2_000_456));
        assertThat(fold.sessionsOpened()).isEqualTo(3);
        assertThat(fold.openCount()).isEqualTo(1);
        assertThat(fold.violations()).isEqualTo(1);
        assertThat(fold.gapCount()).isEqualTo(1);
        assertThat(fold.closedByReason())
                .containsEntry(CloseReason.COMPLETED, 1L)
                .containsEntry(CloseReason.NODE_CRASHED, 1L);
        assertThat(fold.digest()).isEqualTo("97acbfda838049df8bbc200c0157e11f3372a6a8f83cec0912314db9018e5808");
    }

    @Test
    void itHoldsExactlyTheEventsThatWereWritten() {
        RecordedEvents events = new RecordedEvents();
        try (JournalReader reader = JournalReader.open(GOLDEN)) {
            ReadOutcome outcome = reader.read(events, ReadProgress.NONE);

            assertThat(outcome.faults()).isEmpty();
        }
        assertThat(events.list()).isEqualTo(GoldenJournal.story());
    }

    @Test
    void theJournalWithInterceptionReplaysForEver() {
        LedgerFold fold = Ledgers.replay(GOLDEN_INTERCEPTION);

        assertThat(fold.sequence()).isEqualTo(21);
        assertThat(fold.totals()).isEqualTo(new Tally(2_000, 12_000, 250, 39, 2_100, 12_100));
        assertThat(fold.sessionsOpened()).isEqualTo(4);
        assertThat(fold.openCount()).isEqualTo(1);
        assertThat(fold.violations()).isZero();
        assertThat(fold.closedByReason())
                .containsEntry(CloseReason.CLIENT_TLS_FAILED, 1L)
                .containsEntry(CloseReason.ORIGIN_TLS_FAILED, 1L);
        assertThat(fold.digest()).isEqualTo("881e870c1e2d8881ce03bcf6576f9896da18afcb07431632914e52faa9b7ed12");
    }

    @Test
    void theJournalWithCountsReplaysForEver() {
        LedgerFold fold = Ledgers.replay(GOLDEN_COUNTS);
        Snapshot snapshot = fold.snapshot(0);

        assertThat(fold.sequence()).isEqualTo(14);
        assertThat(fold.totals()).isEqualTo(new Tally(123, 456, 250, 39, 123, 456));
        assertThat(fold.violations()).isZero();
        assertThat(snapshot.refused()).isEqualTo(1);
        assertThat(snapshot.closedCounts().count(SessionProtocol.HTTP, CloseReason.CLOSED_BY_COMMAND))
                .isEqualTo(1);
        assertThat(snapshot.closedCounts().count(SessionProtocol.HTTPS_TUNNEL, CloseReason.COMPLETED))
                .isEqualTo(1);
        assertThat(fold.digest()).isEqualTo("97c73416ef4b817418b0bdb4bb5cdacb971edb533a9fe2e7d098c56f5b66a408");
    }

    @Test
    void theJournalWithSealsReplaysForEverAndItsSealsHold() throws Exception {
        LedgerFold fold = Ledgers.replay(GOLDEN_SEALS);
        SealedRecords sealed = SealedRecords.of(GOLDEN_SEALS);
        Path key = GOLDEN_SEALS.resolve("seal-public.pem");

        assertThat(fold.sequence()).isEqualTo(8);
        assertThat(fold.totals()).isEqualTo(new Tally(100, 2_000, 250, 39, 100, 2_000));
        assertThat(fold.violations()).isZero();
        assertThat(sealed.seals()).containsExactly(2L, 6L, 8L);
        assertThat(sealed.lastDigest()).isEqualTo("3ea9c1d5a5f663a8a1f6de61d3b2b0aef25d448ebcc015a9898fc2e1eaa7a62b");
        assertThat(SealPublicKey.read(key).id())
                .isEqualTo("c1a4b64dcc1a48ff5bd65fdf1462e17643e37fd3852d0aed4633a835cdba8caa");
        assertThat(sealed.publicKey()).isEqualTo(SealPublicKey.read(key).hex());
    }

    @Test
    void theJournalThatWasPrunedCompactedAndRepairedReplaysForEver() {
        LedgerFold fold = Ledgers.replay(GOLDEN_CARE);

        assertThat(fold.sequence()).isEqualTo(134);
        assertThat(fold.totals()).isEqualTo(new Tally(1_105, 20_106, 250, 39, 1_105, 20_106));
        assertThat(fold.sessionsOpened()).isEqualTo(7);
        assertThat(fold.openCount()).isZero();
        assertThat(fold.violations()).isZero();
        assertThat(fold.isUnsure()).isFalse();
        assertThat(fold.digest()).isEqualTo("52a0f8b6bce816783175b11562c1c25a58257aee72dc65a7b9b53b9a52148399");
    }

    @Test
    void theJournalWithUsageReplaysForEver() {
        LedgerFold fold = Ledgers.replay(GOLDEN_USAGE);

        assertThat(fold.sequence()).isEqualTo(12);
        assertThat(fold.violations()).isZero();
        assertThat(fold.closedByReason()).containsEntry(CloseReason.QUOTA_EXCEEDED, 1L);
        assertThat(fold.usage())
                .containsExactly(
                        new OfUser("bob", List.of(new Sum(19_675, 289, 0)), List.of(new Sum(646, 289, 0))),
                        new OfUser("änna", List.of(new Sum(19_675, 579, 600)), List.of(new Sum(646, 579, 0))));
        assertThat(fold.digest()).isEqualTo("2232869228efaccbaa84d98ca97f09ed1c5b3e6e81f3a436c1a3a18ce1386dd2");
    }

    @Test
    void theOneWithUsageHoldsExactlyTheEventsThatWereWritten() {
        RecordedEvents events = new RecordedEvents();
        try (JournalReader reader = JournalReader.open(GOLDEN_USAGE)) {
            ReadOutcome outcome = reader.read(events, ReadProgress.NONE);

            assertThat(outcome.faults()).isEmpty();
        }
        assertThat(events.list()).isEqualTo(GoldenUsage.story());
    }

    @Test
    void theJournalWithRoutesReplaysForEver() {
        LedgerFold fold = Ledgers.replay(GOLDEN_ROUTES);

        assertThat(fold.sequence()).isEqualTo(17);
        assertThat(fold.totals()).isEqualTo(new Tally(130, 464, 250, 39, 423, 546));
        assertThat(fold.violations()).isZero();
        assertThat(Objects.requireNonNull(fold.findOpen(2)).route())
                .isEqualTo(new SessionRoute(3, "default", "office"));
        assertThat(fold.snapshot(0).recentlyClosed())
                .extracting(ConnectionInfo::route)
                .containsExactly(new SessionRoute(2, "größer", ""));
        assertThat(fold.digest()).isEqualTo("00fb71840fb4b58c33e8557efd4a11f6bd844639e7dc4665a2418e2bc20444bd");
    }

    @Test
    void theOneWithRoutesHoldsExactlyTheEventsThatWereWritten() {
        RecordedEvents events = new RecordedEvents();
        try (JournalReader reader = JournalReader.open(GOLDEN_ROUTES)) {
            ReadOutcome outcome = reader.read(events, ReadProgress.NONE);

            assertThat(outcome.faults()).isEmpty();
        }
        assertThat(events.list()).isEqualTo(GoldenRoutes.story());
    }

    @Test
    void theJournalWithOverloadReplaysForEver() {
        LedgerFold fold = Ledgers.replay(GOLDEN_OVERLOAD);

        assertThat(fold.sequence()).isEqualTo(16);
        assertThat(fold.totals()).isEqualTo(new Tally(1_077, 2_189, 250, 39, 1_000, 2_000));
        assertThat(fold.violations()).isZero();
        assertThat(fold.openCount()).isZero();
        assertThat(fold.snapshot(0).refused()).isEqualTo(1);
        assertThat(fold.closedByReason()).containsEntry(CloseReason.OVERLOADED, 1L);
        assertThat(fold.digest()).isEqualTo("e25572862b36c4d383017e0c2a2b438aab3890063320d7897e87854b77d7444e");
    }

    @Test
    void theOneWithOverloadHoldsExactlyTheEventsThatWereWritten() {
        RecordedEvents events = new RecordedEvents();
        try (JournalReader reader = JournalReader.open(GOLDEN_OVERLOAD)) {
            ReadOutcome outcome = reader.read(events, ReadProgress.NONE);

            assertThat(outcome.faults()).isEmpty();
        }
        assertThat(events.list()).isEqualTo(GoldenOverload.story());
    }

    @Test
    void theOneWithCountsHoldsExactlyTheEventsThatWereWritten() {
        RecordedEvents events = new RecordedEvents();
        try (JournalReader reader = JournalReader.open(GOLDEN_COUNTS)) {
            ReadOutcome outcome = reader.read(events, ReadProgress.NONE);

            assertThat(outcome.faults()).isEmpty();
        }
        assertThat(events.list()).isEqualTo(GoldenCounts.story());
    }

    @Test
    void theOneWithInterceptionHoldsExactlyTheEventsThatWereWritten() {
        RecordedEvents events = new RecordedEvents();
        try (JournalReader reader = JournalReader.open(GOLDEN_INTERCEPTION)) {
            ReadOutcome outcome = reader.read(events, ReadProgress.NONE);

            assertThat(outcome.faults()).isEmpty();
        }
        assertThat(events.list()).isEqualTo(GoldenInterception.story());
    }
}
