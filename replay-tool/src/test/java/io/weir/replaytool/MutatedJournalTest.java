package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.seal.Anchor;
import io.weir.aggregator.seal.TrustedKeys;
import io.weir.replaytool.Break.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever somebody does to a sealed journal that has not the key is found, and named at the place or at the beginning of the span
 * that it breaks; and no reader crashes over it.
 */
class MutatedJournalTest {
    private static final int[] MASKS = {0x01, 0x80, 0xFF, 0x20};
    private static final int[] ALL_MASKS = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xFF};

    @TempDir
    Path data;

    @TempDir
    Path otherData;

    private SealedJournal journal;
    private TrustedKeys keys;
    private Anchor anchor;

    @BeforeEach
    void writeJournal() {
        journal = SealedJournal.write(data);
        keys = TrustedKeys.in(data.resolve("seal"));
        anchor = Verification.anchor(data);
        VerifyReport whole = verify();
        assertThat(whole.breaks()).isEmpty();
        assertThat(whole.sealed().seals()).isGreaterThanOrEqualTo(6);
        assertThat(whole.unsealedTail()).isZero();
        assertThat(whole.anchorsFound()).isEqualTo(1);
    }

    private VerifyReport verify() {
        return Verification.of(data, keys, anchor);
    }

    /** Violated, and its first finding stands at or before the record. Violated as well for whoever looks at the seals only. */
    private Break named(int record, Object how) {
        VerifyReport sealsOnly = Verification.ofSeals(data, keys, anchor);
        assertThat(sealsOnly.breaks())
                .as("seals only: %s of record %s", how, record)
                .isNotEmpty();
        assertThat(sealsOnly.exitStatus()).isNotZero();
        VerifyReport report = verify();
        assertThat(report.breaks()).as("%s of record %s", how, record).isNotEmpty();
        assertThat(report.exitStatus()).isNotZero();
        Break first = report.breaks().get(0);
        assertThat(first.sequence()).as("%s: %s", how, first.line()).isLessThanOrEqualTo(lastSequence(record) + 1);
        if (!first.file().isEmpty()) {
            assertThat(first.file()).isEqualTo(journal.file().getFileName().toString());
        }
        return first;
    }

    private long lastSequence(int record) {
        byte[] bytes = journal.records().get(record);
        return SealedJournal.firstSequence(bytes) + SealedJournal.count(bytes) - 1;
    }

    @Test
    void aByteOfARecordThatIsNotWhatItWasIsFoundAtItsRecord() throws Exception {
        flipRecords(MutatedJournalTest::some);
    }

    @Test
    @Tag("slow")
    void aByteOfARecordThatIsNotWhatItWasIsFoundWhateverItIs() throws Exception {
        flipRecords(offset -> ALL_MASKS);
    }

    /** Every seventh byte, changed in one of four ways. */
    private static int[] some(int offset) {
        return offset % 7 == 1 ? new int[] {MASKS[offset / 7 % MASKS.length]} : new int[0];
    }

    private interface Masks {
        int[] at(int offset);
    }

    private void flipRecords(Masks masks) throws IOException {
        for (int i = 0; i < journal.records().size(); i++) {
            int begin = journal.offsets().get(i);
            for (int offset = begin; offset < begin + 4 + journal.records().get(i).length; offset++) {
                for (int mask : masks.at(offset)) {
                    flip(offset, mask);
                    Break first = named(i, "flip " + offset + " by " + mask);
                    assertThat(first.offset())
                            .as("flip %s by %s: %s", offset, mask, first.line())
                            .isEqualTo(begin);
                    assertThat(first.kind()).isIn(Kind.EDITED, Kind.TRUNCATED, Kind.DELETED);
                    flip(offset, mask);
                }
            }
        }
    }

    @Test
    void aByteOutsideOfTheRecordsChangesNothingOrIsFound() throws Exception {
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            flipOutside(random.nextInt(journal.offsets().get(0)), 1 + random.nextInt(255));
        }
        for (int offset = 0; offset < 64; offset++) {
            flipOutside(offset, 1 + random.nextInt(255));
        }
    }

    @Test
    @Tag("slow")
    void bytesAllOverOutsideOfTheRecordsChangeNothingOrAreFound() throws Exception {
        Random random = new Random(8);
        int first = journal.offsets().get(0);
        int end = journal.bytes().length;
        for (int offset = 0; offset < end; offset += offset < first ? 1 + random.nextInt(8) : 1) {
            if (!isInRecord(offset)) {
                flipOutside(offset, 1 + random.nextInt(255));
            }
        }
    }

    private boolean isInRecord(int offset) {
        for (int i = 0; i < journal.records().size(); i++) {
            int begin = journal.offsets().get(i);
            if (offset >= begin && offset < begin + 4 + journal.records().get(i).length) {
                return true;
            }
        }
        return false;
    }

    private void flipOutside(int offset, int mask) throws IOException {
        flip(offset, mask);
        VerifyReport report = verify();
        if (report.breaks().isEmpty()) {
            assertThat(report.sealed().sequence())
                    .as("flip %s by %s", offset, mask)
                    .isEqualTo(anchor.sequence());
            assertThat(report.anchorsFound()).isEqualTo(1);
        }
        flip(offset, mask);
    }

    private void flip(int offset, int mask) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(journal.file().toFile(), "rw")) {
            file.seek(offset);
            int before = file.read();
            file.seek(offset);
            file.write(before ^ mask);
        }
    }

    @Test
    void aByteThatWasChangedTogetherWithTheChecksumIsFound() {
        changeAndStamp(MutatedJournalTest::some);
    }

    @Test
    @Tag("slow")
    void aByteThatWasChangedToAnythingTogetherWithTheChecksumIsFound() {
        changeAndStamp(offset -> ALL_MASKS);
    }

    private void changeAndStamp(Masks masks) {
        for (int i = 0; i < journal.records().size(); i++) {
            byte[] original = journal.records().get(i);
            for (int at = 0; at < original.length - 4; at++) {
                for (int mask : masks.at(at)) {
                    byte[] changed = original.clone();
                    changed[at] ^= (byte) mask;
                    List<byte[]> records = journal.records();
                    records.set(i, SealedJournal.stamped(changed));
                    journal.save(records);
                    named(i, "byte " + at + " by " + mask);
                }
            }
        }
    }

    @Test
    void aRecordThatWasTakenOutIsFound() {
        for (int i = 0; i < journal.records().size(); i++) {
            List<byte[]> records = journal.records();
            records.remove(i);
            journal.save(records);
            boolean isLast = i == records.size();
            assertThat(named(i, "deleted").kind()).isEqualTo(isLast ? Kind.TRUNCATED : Kind.DELETED);
            journal.save(SealedJournal.renumbered(records));
            assertThat(named(i, "deleted and renumbered").kind())
                    .isIn(Kind.DELETED, Kind.FORGED, Kind.EDITED, Kind.TRUNCATED, Kind.CONSERVATION);
        }
    }

    @Test
    void aRecordThatWasRepeatedIsFound() {
        for (int i = 0; i < journal.records().size(); i++) {
            List<byte[]> records = journal.records();
            records.add(i + 1, records.get(i));
            journal.save(records);
            assertThat(named(i, "repeated").kind()).isEqualTo(Kind.DUPLICATED);
            journal.save(SealedJournal.renumbered(records));
            assertThat(named(i + 1 < journal.records().size() ? i + 1 : i, "repeated and renumbered")
                            .kind())
                    .isIn(Kind.INSERTED, Kind.FORGED, Kind.CONSERVATION);
        }
    }

    @Test
    void recordsThatChangedPlacesAreFound() {
        for (int i = 0; i + 1 < journal.records().size(); i++) {
            List<byte[]> records = journal.records();
            Collections.swap(records, i, i + 1);
            journal.save(records);
            assertThat(named(i + 1, "swapped").kind()).isEqualTo(Kind.REORDERED);
            journal.save(SealedJournal.renumbered(records));
            named(i + 1, "swapped and renumbered");
        }
    }

    @Test
    void aRecordOfAnotherJournalIsFoundWhereverItIsPut() {
        List<byte[]> foreign = SealedJournal.write(otherData).records();
        Random random = new Random(9);
        for (int i = 0; i <= journal.records().size(); i++) {
            List<byte[]> records = journal.records();
            records.add(i, foreign.get(random.nextInt(foreign.size())));
            int at = Math.min(i, journal.records().size() - 1);
            journal.save(SealedJournal.renumbered(records));
            if (i < journal.records().size()) {
                named(at, "inserted and renumbered");
            } else { // behind the last seal: no seal knows of it, but it does not go with what is before
                assertThat(verify().breaks()).isNotEmpty();
            }
            long next = i == 0 ? 1 : lastSequence(i - 1) + 1;
            records.set(i, SealedJournal.numbered(records.get(i), next));
            journal.save(records);
            if (i < journal.records().size()) {
                named(at, "inserted");
            } else {
                VerifyReport report = verify();
                assertThat(!report.breaks().isEmpty() || report.unsealedTail() > 0)
                        .as("behind the last seal it is found, or stated to be unsealed")
                        .isTrue();
            }
        }
    }

    @Test
    void anEndThatWasCutOffIsFoundWithAnAnchor() throws Exception {
        cut(journal.offsets().get(0), 9);
    }

    @Test
    @Tag("slow")
    void anEndThatWasCutOffAnywhereIsFoundWithAnAnchor() throws Exception {
        cut(journal.offsets().get(0), 1);
        cut(0, 61);
    }

    private void cut(int from, int step) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(journal.file().toFile(), "rw")) {
            for (int cut = (int) Math.min(file.length(), end()) - 1; cut >= from; cut -= step) {
                file.setLength(cut);
                assertCut(cut);
            }
        }
    }

    @Test
    @Tag("slow")
    void anEndThatWasOverwrittenWithZerosIsFoundWithAnAnchor() throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(journal.file().toFile(), "rw")) {
            for (int cut = end() - 1; cut >= journal.offsets().get(0); cut--) {
                file.seek(cut);
                boolean isChanged = file.read() != 0;
                file.seek(cut);
                file.write(0);
                if (isChanged) {
                    assertCut(cut);
                }
            }
        }
    }

    private int end() {
        int last = journal.records().size() - 1;
        return journal.offsets().get(last) + 4 + journal.records().get(last).length;
    }

    private void assertCut(int cut) {
        assertThat(Verification.ofSeals(data, keys, anchor).breaks())
                .as("seals only: cut at %s", cut)
                .anyMatch(each -> each.kind() == Kind.TRUNCATED);
        VerifyReport report = verify();
        assertThat(report.breaks()).as("cut at %s", cut).anyMatch(each -> each.kind() == Kind.TRUNCATED);
        assertThat(report.exitStatus()).isEqualTo(ExitStatus.VIOLATED);
    }

    @Test
    void anEndThatWasCutOffWithoutAnAnchorIsSaidNotToBeProved() {
        List<byte[]> records = new ArrayList<>(journal.records());
        records.subList(records.size() - 2, records.size()).clear();
        journal.save(records);

        VerifyReport report = Verification.of(data, keys);

        assertThat(report.breaks()).isEmpty();
        assertThat(report.notProved()).anyMatch(each -> each.contains("nothing was cut off at the end"));
    }
}
