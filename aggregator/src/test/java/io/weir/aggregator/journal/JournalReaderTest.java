package io.weir.aggregator.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.RecordedEvents.Recorded;
import io.weir.aggregator.journal.TestJournal.Raw;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("jdk")
class JournalReaderTest {
    private static final long AT = 1_700_000_000_000L;
    private static final long HOUR = 3_600_000;

    @TempDir
    Path folder;

    @Test
    void anEmptyOrMissingFolderIsNotAJournal() {
        assertThatThrownBy(() -> JournalReader.open(folder))
                .isInstanceOfSatisfying(
                        JournalException.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.NOT_A_JOURNAL))
                .hasMessageContaining("holds no journal");
        assertThatThrownBy(() -> JournalReader.open(folder.resolve("none"))).hasMessageContaining("no such folder");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aFileOfGarbageIsAFault(long seed) throws IOException {
        byte[] garbage = new byte[100_000];
        new Random(seed).nextBytes(garbage);
        Files.write(folder.resolve("20231114-22F.cq4"), garbage);

        ReadOutcome outcome = read(new RecordedEvents());

        assertThat(outcome.isClean()).isFalse();
        assertThat(outcome.events()).isZero();
    }

    @Test
    void whatWasWrittenOverSeveralHoursIsReadInOrder() {
        List<Raw> records = records(1, 60);
        AtomicLong clock = new AtomicLong(AT);
        TestJournal.write(folder, records, () -> clock.addAndGet(HOUR / 10));

        RecordedEvents events = new RecordedEvents();
        ReadOutcome outcome = read(events);

        assertThat(outcome.faults()).isEmpty();
        assertThat(outcome.records()).isEqualTo(60);
        assertThat(events.list()).isEqualTo(events(records));
        assertThat(JournalFolder.files(folder)).hasSizeGreaterThan(3);
    }

    @Test
    void aClockThatStepsBackStaysInTheLatestFile() {
        List<Raw> records = records(1, 6);
        TestJournal.write(folder, records.subList(0, 2), () -> AT);
        TestJournal.write(folder, records.subList(2, 4), () -> AT - 48 * HOUR);
        AtomicLong clock = new AtomicLong(AT + HOUR);
        TestJournal.write(folder, records.subList(4, 6), () -> clock.addAndGet(-HOUR));

        RecordedEvents events = new RecordedEvents();

        assertThat(read(events).faults()).isEmpty();
        assertThat(events.list()).isEqualTo(events(records));
        assertThat(JournalFolder.files(folder)).hasSize(1);
    }

    @Test
    void readingGoesOnWhereItStopped() {
        List<Raw> records = records(1, 20);
        TestJournal.write(folder, records.subList(0, 10), () -> AT);
        RecordedEvents events = new RecordedEvents();
        try (JournalReader reader = JournalReader.open(folder)) {
            JournalPosition middle = reader.read(events, ReadProgress.NONE).position();
            TestJournal.write(folder, records.subList(10, 15), () -> AT);
            reader.read(events, ReadProgress.NONE);
            TestJournal.write(folder, records.subList(15, 20), () -> AT + 5 * HOUR);
            reader.read(events, ReadProgress.NONE);
            assertThat(events.list()).isEqualTo(events(records));

            RecordedEvents again = new RecordedEvents();
            reader.startAt(middle);
            ReadOutcome outcome = reader.read(again, ReadProgress.NONE);

            assertThat(outcome.faults()).isEmpty();
            assertThat(again.list()).isEqualTo(events(records.subList(10, 20)));
        }
    }

    @Test
    void everyFlippedBitOfARecordIsFoundAndNothingWrongIsHandedOut() throws IOException {
        List<Raw> records = records(3, 12);
        TestJournal.write(folder, records, () -> AT);
        List<Recorded> written = events(records);
        List<long[]> places = places();
        try (RandomAccessFile file = new RandomAccessFile(onlyFile().toFile(), "rw")) {
            long[] last = places.get(places.size() - 1);
            file.setLength(last[0] + last[1] + 1_000); // less to search
            for (long[] place : places) {
                for (long bit = place[0] * 8; bit < (place[0] + place[1]) * 8; bit++) {
                    flip(file, bit);
                    RecordedEvents events = new RecordedEvents();
                    ReadOutcome outcome = read(events);
                    flip(file, bit);

                    assertThat(outcome.faults()).as("bit %s", bit).isNotEmpty();
                    assertThat(written).as("bit %s", bit).containsAll(events.list());
                }
            }
        }
        assertThat(read(new RecordedEvents()).faults()).isEmpty();
    }

    @Test
    void aTruncatedFileGivesThePrefixThatIsLeft() throws IOException {
        List<Raw> records = records(4, 8);
        TestJournal.write(folder, records, () -> AT);
        List<long[]> places = places();
        long[] last = places.get(places.size() - 1);
        try (RandomAccessFile file = new RandomAccessFile(onlyFile().toFile(), "rw")) {
            for (long length = last[0] + last[1]; length >= places.get(0)[0] - 8; length--) {
                file.setLength(length);
                RecordedEvents events = new RecordedEvents();
                ReadOutcome outcome = read(events);

                long size = length;
                int whole = (int) places.stream()
                        .filter(place -> place[0] + place[1] <= size)
                        .count();
                assertThat(events.list()).isEqualTo(events(records.subList(0, whole)));
                assertThat(outcome.isClean() || outcome.isDamagedAtEndOnly()).isTrue();
            }
        }
    }

    @Test
    void damageInTheMiddleIsReportedWithItsPlaceAndTheGapBehindIt() throws IOException {
        List<Raw> records = records(5, 10);
        TestJournal.write(folder, records, () -> AT);
        long[] fifth = places().get(4);
        try (RandomAccessFile file = new RandomAccessFile(onlyFile().toFile(), "rw")) {
            flip(file, (fifth[0] + 9) * 8);
        }

        RecordedEvents events = new RecordedEvents();
        ReadOutcome outcome = read(events);

        long before = records.get(4).firstSequence() - 1;
        assertThat(outcome.faults())
                .extracting(JournalFault::kind)
                .containsExactly(FaultKind.CORRUPT_RECORD, FaultKind.SEQUENCE_GAP);
        assertThat(outcome.faults().get(0))
                .hasToString("journal 20231114-22F.cq4: record at offset " + fifth[0]
                        + " has a wrong checksum (after sequence " + before + ")");
        assertThat(outcome.isDamagedAtEndOnly()).isFalse();
        assertThat(outcome.records()).isEqualTo(9);
    }

    @Test
    void gapsAndRepetitionsAreReported() {
        List<Raw> records = records(6, 9);
        List<Raw> shuffled = new ArrayList<>(records.subList(0, 3));
        shuffled.addAll(records.subList(2, 5));
        shuffled.addAll(records.subList(6, 9));
        TestJournal.write(folder, shuffled, () -> AT);

        RecordedEvents events = new RecordedEvents();
        ReadOutcome outcome = read(events);

        assertThat(outcome.faults())
                .extracting(JournalFault::kind)
                .containsExactly(FaultKind.DUPLICATE_SEQUENCE, FaultKind.SEQUENCE_GAP);
        assertThat(outcome.records()).isEqualTo(8);
    }

    @Test
    void aRecordOfALaterVersionStopsTheReader() {
        List<Raw> records = records(7, 4);
        records.get(2).bytes()[1] = 2;
        RecordCodecTest.stampChecksum(records.get(2).bytes());
        TestJournal.write(folder, records, () -> AT);

        ReadOutcome outcome = read(new RecordedEvents());

        assertThat(outcome.isStopped()).isTrue();
        assertThat(outcome.records()).isEqualTo(2);
        assertThat(outcome.faults()).extracting(JournalFault::kind).containsExactly(FaultKind.NEWER_VERSION);
    }

    private ReadOutcome read(EventSink sink) {
        try (JournalReader reader = JournalReader.open(folder)) {
            return reader.read(sink, ReadProgress.NONE);
        }
    }

    /** Offset and length of each record with its header. */
    private List<long[]> places() {
        List<long[]> places = new ArrayList<>();
        try (JournalReader reader = JournalReader.open(folder)) {
            EventSink sink = new EventSink() {
                @Override
                public void event(long sequence, long atMillis, LedgerEvent event) {
                    long offset = reader.recordPosition().offset();
                    if (places.isEmpty() || places.get(places.size() - 1)[0] != offset) {
                        places.add(new long[] {offset, length(offset)});
                    }
                }

                @Override
                public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
                    event(sequence, atMillis, new BytesTransferred(sessionId, delta.toTally()));
                }
            };
            reader.read(sink, ReadProgress.NONE);
        }
        return places;
    }

    private long length(long offset) {
        try (RandomAccessFile file = new RandomAccessFile(onlyFile().toFile(), "r")) {
            file.seek(offset);
            return 4L + Integer.reverseBytes(file.readInt());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path onlyFile() {
        List<String> files = JournalFolder.files(folder);
        assertThat(files).hasSize(1);
        return folder.resolve(files.get(0));
    }

    private static void flip(RandomAccessFile file, long bit) throws IOException {
        file.seek(bit / 8);
        int old = file.read();
        file.seek(bit / 8);
        file.write(old ^ 1 << (bit % 8));
    }

    private static List<Raw> records(long seed, int count) {
        RandomEvents random = new RandomEvents(seed);
        RecordEncoder encoder = new RecordEncoder();
        List<Raw> records = new ArrayList<>();
        long sequence = 1;
        for (int i = 0; i < count; i++) {
            encoder.begin(sequence, AT + i);
            for (int j = 0; j <= i % 3; j++) {
                LedgerEvent event = random.next();
                if (!(event instanceof BytesTransferred)) {
                    encoder.tryAdd(AT + i, event);
                }
            }
            Counts delta = new Counts();
            delta.set(i + 1, 0, 7, 0, 0, 1L << i);
            encoder.tryAddDelta(i, delta);
            encoder.finish();
            records.add(new Raw(
                    sequence,
                    Arrays.copyOfRange(encoder.bytes(), encoder.offset(), encoder.offset() + encoder.length())));
            sequence = encoder.lastSequence() + 1;
        }
        return records;
    }

    private static List<Recorded> events(List<Raw> records) {
        RecordedEvents events = new RecordedEvents();
        RecordDecoder decoder = new RecordDecoder();
        try {
            for (Raw record : records) {
                decoder.open(record.bytes(), 0, record.bytes().length);
                decoder.deliver(events);
            }
        } catch (RecordFormatException e) {
            throw new AssertionError(e);
        }
        return events.list();
    }
}
