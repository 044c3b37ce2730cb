package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.RecordEncoder;
import io.weir.aggregator.seal.Anchor;
import io.weir.aggregator.seal.RecordChain;
import io.weir.aggregator.seal.SealKey;
import io.weir.aggregator.seal.TrustedKeys;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.Seal;
import io.weir.eventbus.SessionMeter;
import io.weir.replaytool.Break.Kind;
import io.weir.replaytool.VerifyReport.Trust;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("jdk")
class VerifyCommandTest {
    private static final Duration OFTEN = Duration.ofMillis(1);
    private static final Duration SELDOM = Duration.ofHours(1);

    @TempDir
    Path data;

    @TempDir
    Path other;

    @Test
    void aJournalThatWasStoppedIsSealedToItsEndAndSaysWhatIsNotProved() {
        write(OFTEN);

        Run run = Run.of(data, "verify");

        assertThat(run.status()).isZero();
        assertThat(run.out())
                .contains("sealed      sequences 1 to ", "found beside the journal", "anchors     none given")
                .contains("nothing was cut off at the end", "whoever has the private key")
                .doesNotContain("unsealed")
                .endsWith("verdict: ok\n");
        Map<String, Object> json = Run.of(data, "verify", "--json").json();
        assertThat(json).containsEntry("verdict", "ok").containsEntry("unsealedTail", 0L);
    }

    @Test
    void withTheKeyAndAnAnchorFromElsewhereOnlyWhatFollowsTheAnchorIsLeftToTrust() throws Exception {
        write(OFTEN);
        Path key = Files.copy(data.resolve("seal/seal-public.pem"), other.resolve("kept.pem"));
        String anchor = Run.of(data, "anchor").out().strip();
        Path anchors = Files.writeString(other.resolve("anchors"), "# kept in another building\n" + anchor + "\n");

        Run line = Run.of(data, "verify", "--public-key", key.toString(), "--anchor", anchor);
        Run file = Run.of(data, "verify", "--public-key", key.toString(), "--anchor", anchors.toString(), "--json");

        assertThat(line.status()).isZero();
        assertThat(line.out()).contains("given with --public-key", "1 of 1 found, the newest at sequence");
        assertThat(file.status()).isZero();
        assertThat(JsonObjects.field(file.json(), "anchors").toString()).contains("found=1");
    }

    @Test
    void whoLooksAtTheSealsOnlySaysSoAndFindsTheSameSeals() {
        write(OFTEN);

        Run text = Run.of(data, "verify", "--seals-only");
        Run json = Run.of(data, "verify", "--seals-only", "--json");
        Map<String, Object> full = Run.of(data, "verify", "--json").json();

        assertThat(text.status()).isZero();
        assertThat(text.out()).contains("that the sums agree").endsWith("verdict: ok\n");
        assertThat(json.json()).containsEntry("sealsOnly", true).containsEntry("totals", null);
        for (String each : List.of(
                "verdict", "node", "firstSequence", "sequence", "events", "records", "sealed", "keys", "anchors")) {
            assertThat(json.json()).containsEntry(each, JsonObjects.field(full, each));
        }
    }

    @Test
    void whoLooksAtTheSealsOnlyCountsTheTailAsWell() {
        try (TestLedger ledger = TestLedger.openSealed(data, SELDOM)) {
            ledger.tunnel("a.example:443").down(1_000);
            ledger.settle();

            VerifyReport report = Verification.ofSeals(data, TrustedKeys.in(data.resolve("seal")));

            assertThat(report.unsealedTail()).isBetween(2L, 3L);
            assertThat(report.tailAgeMillis()).isEqualTo(Verification.of(data).tailAgeMillis());
            assertThat(report.notProved()).anyMatch(each -> each.contains("that the sums agree"));
        }
    }

    @Test
    void theTailThatNoSealCoversYetIsCountedWhileTheNodeLives() {
        try (TestLedger ledger = TestLedger.openSealed(data, SELDOM)) {
            SessionMeter meter = ledger.tunnel("a.example:443");
            meter.down(1_000);
            ledger.settle();

            Run run = Run.of(data, "verify", "--json");

            assertThat(run.status()).isZero();
            assertThat((long) JsonObjects.field(run.json(), "unsealedTail")).isBetween(2L, 3L);
            assertThat(Run.of(data, "verify").out()).contains("behind the last seal, the oldest");
        }
    }

    @Test
    void nothingIsWrittenWhileNothingHappens() {
        try (TestLedger ledger = TestLedger.openSealed(data, OFTEN)) {
            ledger.tunnel("a.example:443").down(1_000);
            ledger.settle();
            ledger.settle();
            long sealed = sequenceWhenSealed();

            for (int i = 0; i < 5; i++) {
                ledger.settle();
                assertThat(Verification.of(data).audit().sequence()).isEqualTo(sealed);
            }
        }
    }

    private long sequenceWhenSealed() {
        VerifyReport[] report = new VerifyReport[1];
        await().until(() -> {
            report[0] = Verification.of(data);
            return report[0].unsealedTail() == 0;
        });
        return report[0].audit().sequence();
    }

    @Test
    void theChainGoesOnAfterAKillWhateverWasSealedLast() throws Exception {
        for (int crash = 0; crash < 6; crash++) {
            Path copy = other.resolve("crash-" + crash);
            try (TestLedger ledger = TestLedger.openSealed(data, crash % 2 == 0 ? SELDOM : OFTEN)) {
                SessionMeter meter = ledger.tunnel("a.example:443");
                for (int i = 0; i < crash; i++) {
                    meter.down(1_000);
                    ledger.settle();
                }
                copy(data, copy);
            }
            if (crash % 3 == 0) {
                Files.deleteIfExists(copy.resolve("journal/checkpoint")); // then everything is read
            }
            TestLedger.openSealed(copy, SELDOM).close();

            VerifyReport report = Verification.of(copy);
            assertThat(report.breaks()).as("crash %s", crash).isEmpty();
            assertThat(report.sealed().from()).isEqualTo(1);
            assertThat(report.unsealedTail()).isZero();
        }
    }

    @Test
    void aJournalOfAVersionWithoutSealsIsUnsealedAndStaysReadable() {
        writeUnsealed();

        Run run = Run.of(data, "verify");

        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("nothing: unsealed up to sequence ", "no event is sealed", "verdict: ok");
        assertThat(Run.of(data, "anchor").status()).isEqualTo(ExitStatus.UNREADABLE);
    }

    @Test
    void afterAnUpgradeTheChainBeginsBehindWhatWasNotSealed() throws Exception {
        writeUnsealed();
        long last = Verification.of(data).audit().sequence();
        write(OFTEN);

        VerifyReport report = Verification.of(data);

        assertThat(report.breaks()).isEmpty();
        assertThat(report.sealed().from()).isEqualTo(last + 1);
        assertThat(report.unsealedBefore()).isEqualTo(last);
        assertThat(report.notProved()).anyMatch(each -> each.contains("the events up to sequence " + last));
        assertThat(Run.of(data, "audit").status()).isZero();
    }

    @Test
    void anUpgradeThatHasToReadEverythingSealsEverything() throws Exception {
        writeUnsealed();
        Files.delete(data.resolve("journal/checkpoint"));
        write(OFTEN);

        VerifyReport report = Verification.of(data);

        assertThat(report.breaks()).isEmpty();
        assertThat(report.sealed().from()).isEqualTo(1);
    }

    @Test
    void whoTakesAwayAllSealsIsFoundAsLongAsThereIsAKey() throws Exception {
        write(OFTEN);
        Path key = Files.copy(data.resolve("seal/seal-public.pem"), other.resolve("kept.pem"));
        Path bare = other.resolve("bare");
        writeUnsealed(bare);

        Run run = Run.of(bare, "verify", "--public-key", key.toString(), "--json");

        assertThat(run.status()).isEqualTo(ExitStatus.VIOLATED);
        assertThat(run.jsonList("violations"))
                .singleElement()
                .satisfies(each -> assertThat(each).containsEntry("kind", "NOT_SEALED"));
    }

    @Test
    void whoSealsTheWholeJournalAnewWithAnotherKeyIsFoundByTheKeyAndByTheAnchor() {
        SealedJournal journal = SealedJournal.write(data);
        Anchor anchor = Verification.anchor(data);
        SealKey stranger = SealKey.loadOrCreate(other.resolve("stranger"));

        journal.save(sealedAnew(journal, stranger));

        VerifyReport byKey = Verification.of(data);
        assertThat(byKey.breaks()).singleElement().satisfies(each -> {
            assertThat(each.kind()).isEqualTo(Kind.WRONG_KEY);
            assertThat(each.sequence()).isEqualTo(2);
            assertThat(each.what()).contains(stranger.published().id());
        });
        assertThat(byKey.keys())
                .singleElement()
                .satisfies(key -> assertThat(key.trust()).isEqualTo(Trust.NOT_TRUSTED));
        VerifyReport byAnchor = Verification.of(data, TrustedKeys.in(other.resolve("none")), anchor);
        assertThat(byAnchor.breaks())
                .singleElement()
                .satisfies(each -> assertThat(each.kind()).isEqualTo(Kind.REWRITTEN));
    }

    /** What somebody can do who has all but the key: changes a record, and makes every seal again with his own. */
    private static List<byte[]> sealedAnew(SealedJournal journal, SealKey key) {
        RecordChain chain = new RecordChain();
        chain.begin(1);
        List<byte[]> records = new ArrayList<>();
        RecordEncoder encoder = new RecordEncoder();
        for (byte[] record : journal.records()) {
            long first = SealedJournal.firstSequence(record);
            byte[] written = record;
            if (isSeal(record)) {
                Seal seal = key.seal(chain, nodeOf(journal), 1, TestLedger.BEGIN_MILLIS);
                encoder.begin(first, TestLedger.BEGIN_MILLIS);
                encoder.tryAdd(TestLedger.BEGIN_MILLIS, seal);
                written = SealedJournal.encoded(encoder);
                chain.sealed(seal);
            }
            chain.record(first + SealedJournal.count(record) - 1, written, 0, written.length);
            records.add(written);
        }
        return records;
    }

    private static String nodeOf(SealedJournal journal) {
        return new String(journal.records().get(0), StandardCharsets.ISO_8859_1)
                .replaceAll("(?s).*?([0-9a-f]{16}).*", "$1");
    }

    private static boolean isSeal(byte[] record) {
        return record.length > 180 && SealedJournal.count(record) == 1;
    }

    @Test
    void aSealOfAnotherJournalOfTheSameKeyIsForAnotherPlace() throws Exception {
        SealedJournal journal = SealedJournal.write(data);
        copy(data.resolve("seal"), other.resolve("seal"));
        List<byte[]> foreign = SealedJournal.write(other).records();
        List<byte[]> records = journal.records();
        int at = lastSeal(records);
        records.set(
                at,
                SealedJournal.numbered(foreign.get(lastSeal(foreign)), SealedJournal.firstSequence(records.get(at))));

        journal.save(records);

        assertThat(Verification.of(data).breaks()).first().satisfies(each -> {
            assertThat(each.kind()).isEqualTo(Kind.FORGED);
            assertThat(each.what()).contains("made for another place");
            assertThat(each.offset()).isEqualTo((long) journal.offsets().get(at));
        });
    }

    private static int lastSeal(List<byte[]> records) {
        int last = 0;
        for (int i = 0; i < records.size(); i++) {
            last = isSeal(records.get(i)) ? i : last;
        }
        return last;
    }

    @Test
    void aKeyThatChangedIsNamedAndTheOldOneStaysKnown() throws Exception {
        write(OFTEN);
        String old = Verification.of(data).keys().get(0).id();
        Files.delete(data.resolve("seal/seal-key.pem"));
        write(OFTEN);

        VerifyReport report = Verification.of(data);

        assertThat(report.breaks()).isEmpty();
        assertThat(report.keys())
                .hasSize(2)
                .first()
                .satisfies(key -> assertThat(key.id()).isEqualTo(old));
        Run oldOnly = Run.of(
                data,
                "verify",
                "--public-key",
                data.resolve("seal/seal-public-" + old.substring(0, 16) + ".pem")
                        .toString());
        assertThat(oldOnly.status()).isEqualTo(ExitStatus.VIOLATED);
        assertThat(oldOnly.out()).contains("which is not trusted [WRONG_KEY", "NOT TRUSTED");
    }

    @Test
    void aKeyThatOthersCanReadIsRefusedAndAsPrivateOneItIsReadAgain() throws Exception {
        write(OFTEN);
        Path key = data.resolve("seal/seal-key.pem");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("seal"))))
                .isEqualTo("rwx------");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(() -> TestLedger.openSealed(data, OFTEN))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("chmod 600");

        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        write(OFTEN);
        assertThat(Verification.of(data).keys()).hasSize(1);
    }

    @Test
    void whatIsNoAnchorOrNoKeyIsRefusedInOneLine() throws Exception {
        write(OFTEN);
        String anchor = Run.of(data, "anchor").out().strip();

        Run mistyped = Run.of(data, "verify", "--anchor", anchor.replace(" 1 ", " 1 x"));
        Run newer = Run.of(data, "verify", "--anchor", anchor.replace("anchor 1", "anchor 2"));
        Run missing = Run.of(data, "verify", "--anchor", "/nowhere");
        Run noKey = Run.of(data, "verify", "--public-key", "/nowhere");

        assertThat(mistyped.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(mistyped.err()).contains("cut or mistyped");
        assertThat(newer.err()).contains("of another version");
        assertThat(missing.status()).isEqualTo(ExitStatus.UNREADABLE);
        assertThat(noKey.status()).isEqualTo(ExitStatus.UNREADABLE);
        assertThat(noKey.err()).contains("public key /nowhere: is not there");
    }

    private void write(Duration interval) {
        try (TestLedger ledger = TestLedger.openSealed(data, interval)) {
            fill(ledger);
        }
    }

    private void writeUnsealed() {
        writeUnsealed(data);
    }

    private static void writeUnsealed(Path folder) {
        try (TestLedger ledger = TestLedger.open(folder)) {
            fill(ledger);
        }
    }

    private static void fill(TestLedger ledger) {
        SessionMeter meter = ledger.tunnel("a.example:443");
        for (int i = 0; i < 3; i++) {
            meter.down(1_000);
            ledger.settle();
        }
        meter.close(CloseReason.COMPLETED, 200);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(
                            target, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                } else {
                    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }
}
