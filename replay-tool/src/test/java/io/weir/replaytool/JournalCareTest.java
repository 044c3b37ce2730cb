package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.journal.ChronicleJournal;
import io.weir.aggregator.journal.JournalFolder;
import io.weir.aggregator.journal.JournalLock;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.PrunedMark;
import io.weir.aggregator.journal.RecordEncoder;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.JournalPruned;
import io.weir.eventbus.SessionMeter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Days of a sealed journal that are pruned, damaged and repaired, compacted. */
@Tag("jdk")
class JournalCareTest {
    private static final int EVENTS = 1_500;

    @TempDir
    Path folder;

    private Path data = Path.of("");

    private void write(long seed) {
        data = folder.resolve("data");
        SeededJournal.writeHours(data, RandomDays.steps(seed, EVENTS, true));
        assertThat(Run.of(data, "audit"))
                .satisfies(run -> assertThat(run.status()).as(run.out()).isZero());
        assertThat(Run.of(data, "verify"))
                .satisfies(run -> assertThat(run.status()).as(run.out()).isZero());
    }

    private List<String> files() {
        return JournalFolder.files(TestLedger.journal(data));
    }

    /** A data folder of its own with the journal that was made, and the same key. */
    private Path adopt(String name) throws IOException {
        Path adopted = folder.resolve(name);
        Files.createDirectories(adopted);
        Files.move(folder.resolve(name + "-journal"), adopted.resolve("journal"));
        Files.createDirectory(
                adopted.resolve("seal"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        for (String each : List.of("seal-public.pem", "seal-key.pem")) {
            Files.copy(
                    data.resolve("seal").resolve(each),
                    adopted.resolve("seal").resolve(each),
                    StandardCopyOption.COPY_ATTRIBUTES);
        }
        return adopted;
    }

    private static List<Map<String, Object>> eventsOf(Path data) {
        return JsonObjects.parse(Run.of(data, "journal", "cat").out());
    }

    private static long sessionsOf(Path data) {
        return (long) JsonObjects.field(Run.of(data, "audit", "--json").json(), "sessions");
    }

    private static Set<Map<String, Object>> rowsOf(Path data) {
        return Set.copyOf(Run.of(data, "audit", "--json", "--sessions").jsonList("rows"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aPrunedJournalKeepsItsTotalsAndItsProof(long seed) throws IOException {
        write(seed);
        Map<String, Object> before = Run.of(data, "audit", "--json").json();
        List<String> files = files();
        long kept = files.stream().skip(files.size() / 2).mapToLong(this::size).sum();

        Run dry = Run.of(data, "journal", "prune", "--keep-size", kibibytes(kept), "--dry-run");
        assertThat(files()).isEqualTo(files);
        Run prune = Run.of(data, "journal", "prune", "--keep-size", kibibytes(kept));

        assertThat(prune.status()).as(prune.err()).isZero();
        assertThat(dry.out().replace("would remove", "removed")).isEqualTo(prune.out());
        assertThat(files()).hasSizeLessThan(files.size()).doesNotContain(files.get(0));
        Run audit = Run.of(data, "audit", "--json");
        assertThat(audit.status()).as(audit.out()).isZero();
        assertThat(audit.json().get("totals")).isEqualTo(before.get("totals"));
        assertThat(audit.json().get("sessions")).isEqualTo(before.get("sessions"));
        assertThat(JsonObjects.field(audit.json(), "pruned")).isNotNull();
        for (Run verify : List.of(Run.of(data, "verify"), Run.of(data, "verify", "--seals-only"))) {
            assertThat(verify.status()).as(verify.out()).isZero();
            assertThat(verify.out()).contains("pruned      events 1 to ").contains("they were pruned");
        }
        for (String[] command : new String[][] {
            {"state"}, {"journal", "info"}, {"journal", "cat"}, {"export", "events", "--format", "jsonl", "--out", "-"}
        }) {
            Run run = Run.of(data, command);
            assertThat(run.status()).as("%s: %s", command[0], run.err()).isZero();
        }
    }

    private long size(String file) {
        try {
            return Files.size(TestLedger.journal(data).resolve(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String kibibytes(long bytes) {
        return (bytes >> 10) + "KiB";
    }

    @Test
    void aNodeGoesOnWithAPrunedJournalAndPrunesItAgain() {
        write(6);
        Run.of(data, "journal", "prune", "--keep-for", "1h");
        long sessions = sessionsOf(data);

        try (TestLedger ledger = TestLedger.openSealed(data, Duration.ofHours(1))) {
            SessionMeter meter = ledger.tunnel("a.example:443");
            meter.up(517);
            ledger.settle();
            meter.close(CloseReason.COMPLETED, 200);
        }
        Run again = Run.of(data, "journal", "prune", "--keep-size", "1KiB");

        assertThat(again.status()).as(again.err()).isZero();
        assertThat(files()).hasSize(1);
        assertThat(Run.of(data, "verify").status()).isZero();
        assertThat(sessionsOf(data)).isEqualTo(sessions + 1);
    }

    @Test
    void filesThatWereRemovedByHandAreMissed() throws IOException {
        write(7);
        Files.delete(TestLedger.journal(data).resolve(files().get(0)));

        assertThat(Run.of(data, "audit").status()).isEqualTo(1);
        assertThat(Run.of(data, "verify").out()).contains("[DELETED, sequence 1");
    }

    @Test
    void theFoldersNoteAloneExcusesNothing() throws IOException {
        write(8);
        Run.of(data, "journal", "prune", "--keep-size", "1KiB", "--dry-run");
        Path journal = TestLedger.journal(data);
        Path other = folder.resolve("other");
        SeededJournal.writeHours(other, RandomDays.steps(8, EVENTS, true));
        Run.of(other, "journal", "prune", "--keep-size", "1KiB");
        Files.copy(TestLedger.journal(other).resolve("pruned"), journal.resolve("pruned"));
        for (String file : files().subList(0, files().size() - 1)) {
            Files.delete(journal.resolve(file));
        }

        assertThat(Run.of(data, "audit").out()).contains("no event in it does [SEQUENCE_GAP]");
        assertThat(Run.of(data, "verify").out()).contains("no event in it does [DELETED, sequence 1]");
    }

    @Test
    void aForgedEventBeforeTheFirstSealExcusesNothing() throws IOException {
        write(28);
        Path journal = TestLedger.journal(data);
        List<String> files = files();
        String last = files.get(files.size() - 1);
        long firstKept = JsonObjects.parse(Run.of(data, "journal", "cat").out()).stream()
                .filter(event -> "Seal".equals(event.get("kind")))
                .map(JournalCareTest::sequence)
                .filter(sequence -> Run.of(data, "journal", "info").out().contains("  " + sequence + " to "))
                .reduce((first, second) -> second)
                .orElseThrow();
        for (String file : files.subList(0, files.size() - 1)) {
            Files.delete(journal.resolve(file));
        }
        Path forged = folder.resolve("forged");
        try (JournalLock lock = JournalLock.acquire(forged);
                ChronicleJournal writer = ChronicleJournal.open(
                        lock,
                        JournalPosition.BEGINNING,
                        () -> JournalFolder.hourMillis(last).orElseThrow() - 3_600_000)) {
            RecordEncoder record = new RecordEncoder();
            record.begin(firstKept - 1, TestLedger.BEGIN_MILLIS);
            record.tryAdd(TestLedger.BEGIN_MILLIS, new JournalPruned(firstKept, 0, 1, 1, "nobody", "forged"));
            record.finish();
            new PrunedMark(firstKept, 0).write(forged);
            writer.append(record.firstSequence(), record.bytes(), record.offset(), record.length());
        }
        for (String file : JournalFolder.files(forged)) {
            Files.move(forged.resolve(file), journal.resolve(file));
        }
        new PrunedMark(firstKept, 0).write(journal);

        for (Run verify : List.of(Run.of(data, "verify"), Run.of(data, "verify", "--seals-only"))) {
            assertThat(verify.status()).as(verify.out()).isEqualTo(1);
            assertThat(verify.out()).contains("[DELETED, sequence 1]");
        }
    }

    @Test
    void aNodeStartsWithoutTheFoldersNote() throws IOException {
        write(29);
        Run.of(data, "journal", "prune", "--keep-size", "1KiB");
        Files.delete(TestLedger.journal(data).resolve("pruned"));
        Files.delete(TestLedger.journal(data).resolve("checkpoint"));

        try (TestLedger ledger = TestLedger.openSealed(data, Duration.ofHours(1))) {
            ledger.tunnel("a.example:443").close(CloseReason.COMPLETED, 200);
        }

        assertThat(TestLedger.journal(data).resolve("pruned")).exists();
        assertThat(Run.of(data, "verify").status()).isZero();
    }

    @Test
    void aSealedJournalIsNotPrunedWithoutItsKey() throws IOException {
        write(30);
        Files.delete(data.resolve("seal/seal-key.pem"));

        Run prune = Run.of(data, "journal", "prune", "--keep-size", "1KiB");

        assertThat(prune.status()).isEqualTo(2);
        assertThat(prune.err()).contains("Prune it where the key is");
        assertThat(files()).hasSizeGreaterThan(1);
    }

    @Test
    void withoutTheFoldersNoteTheEventInTheJournalIsProofEnough() throws IOException {
        write(9);
        Run.of(data, "journal", "prune", "--keep-size", "1KiB");
        Files.delete(TestLedger.journal(data).resolve("pruned"));

        assertThat(Run.of(data, "audit").status()).isZero();
        assertThat(Run.of(data, "verify").status()).isZero();
    }

    @Test
    void anExportThatMissedWhatWasPrunedIsNotResumed() {
        write(10);
        Path out = folder.resolve("events.jsonl");
        Run.of(data, "export", "events", "--format", "jsonl", "--out", out.toString(), "--to", "5");
        Run.of(data, "journal", "prune", "--keep-size", "1KiB");

        Run resumed = Run.of(data, "export", "events", "--format", "jsonl", "--out", out.toString(), "--resume");

        assertThat(resumed.status()).isEqualTo(2);
        assertThat(resumed.err()).contains("was exported up to 5: what is between is not there any more");
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void aRepairedJournalHasEveryWholeRecordAndSaysWhatIsLost(long seed) throws IOException {
        write(seed);
        List<Map<String, Object>> original = eventsOf(data);
        Random random = new Random(seed);
        do {
            damage(files().get(random.nextInt(files().size())), random);
        } while (original.size() - eventsOf(data).size() < 3); // padding and what is the queue's own hold nothing
        Set<Map<String, Object>> readable = Set.copyOf(eventsOf(data));

        Run repair = Run.of(
                data,
                "journal",
                "repair",
                "--out",
                folder.resolve("repaired-journal").toString());

        assertThat(repair.status()).as(repair.err()).isEqualTo(1);
        Path repaired = adopt("repaired");
        List<Map<String, Object>> events = eventsOf(repaired);
        assertThat(Set.copyOf(events)).containsAll(readable);
        assertThat(lost(events)).isEqualTo(missing(original, readable));
        Run audit = Run.of(repaired, "audit");
        assertThat(audit.status()).isEqualTo(1);
        assertThat(audit.out())
                .contains("[LOST, ")
                .doesNotContain("CONSERVATION")
                .doesNotContain("ROOT_SUM");
        assertThat(Run.of(repaired, "verify").out()).contains("[LOST, ");
        long sessions = sessionsOf(repaired);
        try (TestLedger ledger = TestLedger.openSealed(repaired, Duration.ofHours(1))) {
            ledger.tunnel("a.example:443").close(CloseReason.COMPLETED, 200);
        }
        assertThat(sessionsOf(repaired)).isEqualTo(sessions + 1);
        assertThat(Run.of(repaired, "audit").out()).doesNotContain("CONSERVATION");
    }

    /** Flips a bit in the last third of what was written to a file. */
    private void damage(String name, Random random) throws IOException {
        Path file = TestLedger.journal(data).resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        int end = bytes.length;
        while (bytes[end - 1] == 0) {
            end--;
        }
        bytes[end - 5 - random.nextInt(end / 3)] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, bytes);
    }

    private static Set<Long> missing(List<Map<String, Object>> original, Set<Map<String, Object>> readable) {
        Set<Long> there = readable.stream().map(JournalCareTest::sequence).collect(Collectors.toSet());
        return original.stream()
                .map(JournalCareTest::sequence)
                .filter(sequence -> !there.contains(sequence))
                .collect(Collectors.toSet());
    }

    private static Set<Long> lost(List<Map<String, Object>> events) {
        List<Long> lost = new ArrayList<>();
        for (Map<String, Object> event : events) {
            if ("EventsOmitted".equals(event.get("kind"))) {
                for (long i = sequence(event); i <= (long) Objects.requireNonNull(event.get("lastSequence")); i++) {
                    lost.add(i);
                }
            }
        }
        return Set.copyOf(lost);
    }

    private static long sequence(Map<String, Object> event) {
        return (long) Objects.requireNonNull(event.get("sequence"));
    }

    @Test
    void aWholeJournalIsNotRepaired() {
        write(19);

        Run repair =
                Run.of(data, "journal", "repair", "--out", folder.resolve("new").toString());

        assertThat(repair.status()).isZero();
        assertThat(repair.out()).contains("nothing to repair");
        assertThat(folder.resolve("new")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23})
    void aCompactedJournalSaysTheSameOfEverySession(long seed) throws IOException {
        write(seed);

        Run compact = Run.of(
                data,
                "journal",
                "compact",
                "--out",
                folder.resolve("compact-journal").toString());

        assertThat(compact.status()).as(compact.err()).isZero();
        Path compacted = adopt("compact");
        assertThat(eventsOf(compacted)).hasSizeLessThan(eventsOf(data).size());
        assertThat(Set.copyOf(eventsOf(data)).stream()
                        .filter(event -> !Set.of("BytesTransferred", "Seal").contains(event.get("kind"))))
                .as("all but deltas and seals stays, under its sequence")
                .isSubsetOf(Set.copyOf(eventsOf(compacted)));
        Run audit = Run.of(compacted, "audit", "--json");
        assertThat(audit.status()).as(audit.out()).isZero();
        assertThat(audit.json().get("totals"))
                .isEqualTo(Run.of(data, "audit", "--json").json().get("totals"));
        assertThat(rowsOf(compacted)).isEqualTo(rowsOf(data));
        Run verify = Run.of(compacted, "verify");
        assertThat(verify.status()).as(verify.out()).isZero();
        Run diff = Run.plain("diff", data.toString(), compacted.toString());
        assertThat(diff.status()).as(diff.out() + diff.err()).isZero();
    }

    @Test
    void aCompactedJournalCanBeCompactedAgainAndPruned() throws IOException {
        write(26);
        Run.of(
                data,
                "journal",
                "compact",
                "--out",
                folder.resolve("one-journal").toString());
        Path one = adopt("one");

        Run again = Run.of(
                one,
                "journal",
                "compact",
                "--out",
                folder.resolve("two-journal").toString());
        Path two = adopt("two");
        Run prune = Run.of(two, "journal", "prune", "--keep-size", "1KiB");

        assertThat(again.status()).as(again.err()).isZero();
        assertThat(rowsOf(one)).isEqualTo(rowsOf(data));
        assertThat(prune.status()).as(prune.err()).isZero();
        assertThat(JournalFolder.files(TestLedger.journal(two))).hasSize(1);
        assertThat(Run.of(two, "audit").status()).isZero();
        assertThat(Run.of(two, "verify"))
                .satisfies(run -> assertThat(run.status()).as(run.out()).isZero());
    }

    @Test
    void whatIsDamagedOrIsWrittenIsNotCompacted() throws IOException {
        write(27);
        Path out = folder.resolve("out");
        try (TestLedger live = TestLedger.openSealed(data, Duration.ofHours(1))) {
            Run run = Run.of(data, "journal", "compact", "--out", out.toString());
            assertThat(run.status()).isEqualTo(2);
            assertThat(run.err()).contains("somebody else writes it");
            live.settle();
        }
        damage(files().get(0), new Random(27));

        Run run = Run.of(data, "journal", "compact", "--out", out.toString());

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("Only a whole journal can be compacted");
    }
}
