package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal of one session with ten deltas, each in a record of its own, and what becomes of it. */
class DamagedJournalTest {
    private static final int DELTA_RECORDS = 10;

    @TempDir
    Path data;

    private long id;
    private CycleFileEditor file;

    @BeforeEach
    void writeJournal() {
        try (TestLedger ledger = TestLedger.open(data)) {
            SessionMeter meter = ledger.tunnel("a.example:443");
            id = meter.id();
            ledger.settle();
            for (int i = 0; i < DELTA_RECORDS; i++) {
                meter.down(1_000);
                ledger.settle();
            }
            meter.close(CloseReason.COMPLETED, 200);
        }
        file = CycleFileEditor.of(data);
        assertThat(Run.of(data, "audit").status()).isZero();
    }

    /** The record of the fifth delta: NodeStarted, the opening, four deltas come before it. */
    private int fifthDelta() {
        return file.records().get(6);
    }

    private Run violated() {
        Run audit = Run.of(data, "audit", "--json");
        assertThat(audit.status()).isEqualTo(1);
        assertThat(audit.json()).containsEntry("verdict", "violated");
        assertThat(Run.of(data, "audit").out()).contains(file.name()).endsWith("verdict: violated\n");
        return audit;
    }

    private void assertNamed(Run audit, String kind, int offset) {
        assertThat(audit.jsonList("violations"))
                .anySatisfy(violation -> assertThat(violation)
                        .containsEntry("kind", kind)
                        .containsEntry("file", file.name())
                        .containsEntry("offset", (long) offset));
    }

    @Test
    void aFlippedBitIsFoundAtItsRecord() {
        int record = fifthDelta();
        file.flipBit(record + 12);

        Run audit = violated();

        assertNamed(audit, "CORRUPT_RECORD", record);
        assertThat(audit.jsonList("violations"))
                .as("what is missing is found when the session ends")
                .anySatisfy(violation -> assertThat(violation)
                        .containsEntry("sessionId", id)
                        .extractingByKey("expected")
                        .asInstanceOf(InstanceOfAssertFactories.MAP)
                        .containsEntry("down", 10_000L));
    }

    @Test
    void aFlippedBitInTheLastRecordIsFound() {
        List<Integer> records = file.records();
        int last = records.get(records.size() - 1);
        file.flipBit(last + 6);

        Run audit = violated();

        assertNamed(audit, "CORRUPT_RECORD", last);
        assertThat(audit.out()).contains("nothing whole follows");
    }

    @Test
    void whatAStartFoundDamagedStaysAViolation() {
        List<Integer> records = file.records();
        file.flipBit(records.get(records.size() - 1) + 6);
        TestLedger.open(data).close();

        Run audit = Run.of(data, "audit", "--json");

        assertThat(audit.status()).isEqualTo(1);
        assertThat(audit.jsonList("violations"))
                .singleElement()
                .satisfies(violation -> assertThat(violation).containsEntry("kind", "LOST_BEFORE_START"));
        assertThat(audit.jsonList("gaps")).hasSize(1);
    }

    @Test
    void whatAStartFoundDamagedStaysAViolationBehindTheFirstSeal() {
        file.flipBit(file.records().get(file.records().size() - 1) + 6);
        TestLedger.openSealed(data, Duration.ofHours(1)).close();

        VerifyReport report = Verification.of(data);

        assertThat(report.unsealedBefore()).isPositive();
        assertThat(report.breaks())
                .singleElement()
                .satisfies(each -> assertThat(each.kind()).isEqualTo(Break.Kind.LOST_BEFORE_START));
    }

    @Test
    void sessionsThatEndedWithTheirNodeAreNoFault() {
        List<Integer> records = file.records();
        file.cutBefore(records.get(records.size() - 3)); // the close, then the checkpoint and the stop
        removeCheckpointHint();
        assertThat(Run.of(data, "audit", "--json").json()).containsEntry("open", 1L);
        TestLedger.open(data).close();

        Run audit = Run.of(data, "audit", "--json", "--sessions");

        assertThat(audit.status()).isZero();
        assertThat(audit.jsonList("rows"))
                .singleElement()
                .satisfies(row ->
                        assertThat(row).containsEntry("reason", "NODE_CRASHED").containsEntry("down", 10_000L));
    }

    private void removeCheckpointHint() {
        try {
            Files.delete(TestLedger.journal(data).resolve("checkpoint"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aDroppedRecordIsAGap() {
        int record = fifthDelta();
        file.drop(record);

        assertNamed(violated(), "SEQUENCE_GAP", record);
    }

    @Test
    void aRecordThatComesTwiceIsFoundAndCountedOnce() {
        int record = fifthDelta();
        int length = file.records().get(7) - record;
        file.duplicate(record);

        Run audit = violated();

        assertNamed(audit, "DUPLICATE_SEQUENCE", record + length);
        assertThat(audit.json().get("totals"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("down", 10_000L);
    }

    @Test
    void recordsInTheWrongOrderAreFound() {
        int record = fifthDelta();
        file.swapWithNext(record);

        Run audit = violated();

        assertNamed(audit, "SEQUENCE_GAP", record);
        assertThat(audit.jsonList("violations"))
                .extracting(each -> each.get("kind"))
                .contains("DUPLICATE_SEQUENCE");
    }

    @Test
    void aMissingBeginningIsAGap() {
        file.drop(file.records().get(0));

        assertThat(violated().jsonList("violations"))
                .as("the checkpoint at the stop says the rest")
                .extracting(each -> each.get("kind"))
                .containsExactly("SEQUENCE_GAP");
        assertThat(Run.of(data, "audit").out()).contains("before the first checkpoint not added up");
    }

    @Test
    void aMissingEndIsFoundByTheLastCheckpoint() {
        file.cutBefore(fifthDelta());

        Run audit = violated();

        assertThat(audit.jsonList("violations"))
                .singleElement()
                .satisfies(violation -> assertThat(violation).containsEntry("kind", "END_MISSING"));
    }

    @Test
    void anUnfinishedLastRecordIsNoFault() {
        file.tearLast();

        Run audit = Run.of(data, "audit");

        assertThat(audit.out()).contains("the last record is unfinished").endsWith("verdict: ok\n");
        assertThat(audit.status()).isZero();
    }

    @Test
    void aRecordOfALaterVersionStopsTheReading() {
        file.raiseVersion(fifthDelta());

        Run json = Run.of(data, "audit", "--json", "--sessions");
        Run info = Run.of(data, "journal", "info");

        assertThat(json.status()).isEqualTo(2);
        assertThat(json.err()).contains("version 99").contains(file.name()).contains("use that version's weir");
        assertThat(json.json()).containsEntry("verdict", "violated");
        assertThat(info.status()).isEqualTo(2);
        assertThat(info.err()).contains("version 99");
    }

    @Test
    void nothingButGarbageCanNotBeRead() throws IOException {
        byte[] garbage = new byte[100_000];
        new Random(1).nextBytes(garbage);
        Files.write(file.file(), garbage);

        Run audit = Run.of(data, "audit", "--json");

        assertThat(audit.status()).isEqualTo(2);
        assertThat(audit.out()).isEmpty();
        assertThat(audit.err()).contains("holds no event").contains(file.name());
    }

    @Test
    void everyFlippedBitOfARecordIsFound() {
        Random random = new Random(20_270_115);
        int from = file.records().get(1);
        int to = file.records().get(11);
        for (int i = 0; i < 60; i++) {
            int offset = from + random.nextInt(to - from);
            if (isPadding(offset)) {
                continue;
            }
            file.flipBit(offset);
            int status = Run.of(data, "audit").status();
            file.flipBit(offset);
            assertThat(status).as("offset %s", offset).isNotZero();
        }
    }

    private boolean isPadding(int offset) {
        int record = file.records().stream()
                .filter(each -> each <= offset)
                .reduce((first, second) -> second)
                .orElseThrow();
        return offset >= file.endOfBody(record);
    }

    @Test
    void catNamesTheDamageAndPrintsTheRest() {
        int record = fifthDelta();
        file.flipBit(record + 12);

        Run cat = Run.of(data, "journal", "cat", "--session", String.valueOf(id), "--kind", "BytesTransferred");

        assertThat(cat.status()).isEqualTo(1);
        assertThat(cat.err()).contains(file.name()).contains("offset " + record);
        List<Map<String, Object>> deltas = JsonObjects.parse(cat.out());
        assertThat(deltas).hasSize(DELTA_RECORDS - 1);
    }
}
