package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.TestJournal;
import io.weir.aggregator.journal.TestJournal.Raw;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RestartTest {
    @TempDir
    Path folder;

    @Test
    void atEveryRecordTotalsNeverFallAndSessionIdsAreNeverUsedAgain() throws Exception {
        List<Raw> records = liveRecords(folder.resolve("live"), 21, 400);
        long up = 0;
        for (int count = 1; count <= records.size(); count += Math.max(1, records.size() / 60)) {
            Path restarted = folder.resolve("restart-" + count);
            TestJournal.write(restarted, records.subList(0, count), System::currentTimeMillis);
            LedgerFold before = Ledgers.replay(restarted);
            EventBus bus = EventBus.create(64);
            try (Aggregator aggregator = Aggregator.open(bus, Ledgers.config(restarted))) {
                Snapshot snapshot = aggregator.latest();
                assertThat(snapshot.totals()).isEqualTo(before.totals());
                assertThat(snapshot.totals().up()).isGreaterThanOrEqualTo(up);
                assertThat(snapshot.openCount()).isZero();
                assertThat(bus.sessionIds().next()).isGreaterThanOrEqualTo(before.firstFreeSessionId());
                up = snapshot.totals().up();
            }
            LedgerFold after = Ledgers.replay(restarted);
            assertThat(after.violations()).isZero();
            assertThat(after.usage()).isEqualTo(before.usage());
            assertThat(after.closedByReason().getOrDefault(CloseReason.NODE_CRASHED, 0L))
                    .isEqualTo(before.openCount());
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {31, 32, 33, 34, 35, 36})
    void afterTheEndOfTheMachineTheNodeStartsOnWhatIsLeftAndSaysWhatIsNot(long seed) throws Exception {
        Path live = folder.resolve("live");
        liveRecords(live, seed, 300);
        Path file = cycleFile(live);
        LedgerFold whole = Ledgers.replay(live);
        Random random = new Random(seed);
        long dataEnd = dataEnd(file);
        for (int round = 0; round < 6; round++) {
            Path restarted = folder.resolve("restart-" + round);
            copy(live, restarted);
            long cut = 66_000L + random.nextInt((int) (dataEnd - 66_000));
            try (RandomAccessFile damaged =
                    new RandomAccessFile(cycleFile(restarted).toFile(), "rw")) {
                if (random.nextBoolean()) {
                    damaged.setLength(cut); // the file's size did not reach the disk
                } else {
                    damaged.seek(cut); // its last pages did not
                    damaged.write(new byte[(int) (dataEnd - cut)]);
                }
            }
            LedgerFold first;
            try (Aggregator aggregator = Aggregator.open(EventBus.create(64), Ledgers.config(restarted))) {
                assertThat(aggregator.latest().openCount()).isZero();
                first = Ledgers.replay(restarted);
            }
            try (Aggregator again = Aggregator.open(EventBus.create(64), Ledgers.config(restarted))) {
                assertThat(again.health().boot()).isEqualTo(first.boot() + 1);
                assertThat(again.latest().totals()).isEqualTo(first.totals());
            }
            assertThat(first.violations()).isZero();
            assertThat(first.totals().up()).isLessThanOrEqualTo(whole.totals().up());
            assertThat(Ledgers.replay(restarted).violations()).isZero();
        }
    }

    @Test
    void onAJournalThatIsDamagedInTheMiddleTheNodeDoesNotStart() throws Exception {
        liveRecords(folder, 41, 300);
        Path file = cycleFile(folder);
        try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
            damaged.seek((66_000 + dataEnd(file)) / 2);
            damaged.write(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        }

        assertThatThrownBy(() -> Aggregator.open(EventBus.create(64), Ledgers.config(folder)))
                .isInstanceOfSatisfying(
                        JournalException.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.CORRUPT_RECORD))
                .hasMessageContaining(String.valueOf(file.getFileName()))
                .hasMessageContaining("weir audit shows all")
                .hasMessageContaining("move " + folder + " away");
    }

    @Test
    void onAJournalThatEndsBeforeACheckpointThatWasOnDiskTheNodeDoesNotStart() throws Exception {
        Path working = folder.resolve("working");
        Path cut = folder.resolve("cut");
        EventBus bus = EventBus.create(64);
        try (Aggregator aggregator = Aggregator.open(bus, Ledgers.config(working))) {
            new EventStorm(bus, 43, 1, 200, 0).run();
            Ledgers.snapshotOf(aggregator);
            copy(working, cut);
        }
        Files.copy(working.resolve("checkpoint"), cut.resolve("checkpoint"), StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(() -> Aggregator.open(EventBus.create(64), Ledgers.config(cut)))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("Records are missing at the end")
                .hasMessageContaining("move " + cut + " away");
    }

    @Test
    void fromAWrongHintTheWholeJournalIsRead() throws Exception {
        Tally totals;
        EventBus bus = EventBus.create(64);
        try (Aggregator aggregator = Aggregator.open(bus, Ledgers.config(folder))) {
            totals = new EventStorm(bus, 42, 1, 500, 0).run();
            assertThat(aggregator.health().boot()).isEqualTo(1);
        }
        assertThat(folder.resolve("checkpoint")).exists();
        Files.writeString(folder.resolve("checkpoint"), "weir-checkpoint 1 a b c\n");

        try (Aggregator aggregator = Aggregator.open(EventBus.create(64), Ledgers.config(folder))) {
            assertThat(aggregator.latest().totals()).isEqualTo(totals);
        }
        try (Aggregator aggregator = Aggregator.open(EventBus.create(64), Ledgers.config(folder))) {
            assertThat(aggregator.latest().totals()).isEqualTo(totals);
            assertThat(aggregator.health().boot()).isEqualTo(3);
        }
    }

    /** Runs a node that leaves sessions open; its folder is left as a crash would leave it. Answers its records. */
    private List<Raw> liveRecords(Path target, long seed, int steps) throws Exception {
        Path working = folder.resolve("working-" + seed);
        FailingJournal journal = new FailingJournal();
        EventBus bus = EventBus.create(64);
        try (Aggregator aggregator = Aggregator.open(
                bus, Ledgers.config(working), journal, System::currentTimeMillis, () -> Long.MAX_VALUE)) {
            for (int part = 0; part < 10; part++) {
                new EventStorm(bus, seed * 100 + part, 1, steps / 10, 0.7).run();
                Ledgers.snapshotOf(aggregator);
            }
            copy(working, target);
        }
        return journal.appended();
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith("LOCK")) {
                    Files.copy(file, to.resolve(file.getFileName()));
                }
            }
        }
    }

    private static Path cycleFile(Path journal) throws IOException {
        try (Stream<Path> files = Files.list(journal)) {
            return files.filter(file -> file.toString().endsWith(".cq4"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static long dataEnd(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int end = bytes.length;
        while (bytes[end - 1] == 0) {
            end--;
        }
        return end;
    }
}
