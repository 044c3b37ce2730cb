package io.weir.aggregator.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.RecordedEvents.Recorded;
import io.weir.eventbus.Counts;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.EventsOmitted;
import io.weir.eventbus.LedgerEvent.OriginConnected;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("jdk")
class RecordCodecTest {
    private static final long AT = 1_700_000_000_000L;

    private final RecordEncoder encoder = new RecordEncoder();
    private final RecordDecoder decoder = new RecordDecoder();

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyKindOfEventSurvivesTheRoundTrip(long seed) throws Exception {
        RandomEvents random = new RandomEvents(seed);
        List<Recorded> written = new ArrayList<>();
        encoder.begin(seed * 1_000, AT);
        for (int i = 0; i < 20 * random.kinds(); i++) {
            LedgerEvent event = random.ofKind(i % random.kinds());
            long atMillis = event instanceof BytesTransferred ? AT : random.time();
            assertThat(add(atMillis, event)).isTrue();
            written.add(new Recorded(seed * 1_000 + i, atMillis, event));
        }
        encoder.finish();

        assertThat(decode(record())).isEqualTo(written);
    }

    @Test
    void theRandomEventsAreOfAllKinds() {
        RandomEvents random = new RandomEvents(1);
        Set<Class<?>> generated = new HashSet<>();
        for (int kind = 0; kind < random.kinds(); kind++) {
            generated.add(random.ofKind(kind).getClass());
        }
        generated.add(EventsOmitted.class); // never among others

        assertThat(generated).containsExactlyInAnyOrder(LedgerEvent.class.getPermittedSubclasses());
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13, 14})
    void theDecoderThrowsNothingButItsOwnExceptionWhateverTheBytesAre(long seed) {
        Random random = new Random(seed);
        RandomEvents events = new RandomEvents(seed);
        for (int round = 0; round < 250; round++) {
            encoder.begin(1 + random.nextInt(1_000), AT);
            for (int i = 1 + random.nextInt(8); i > 0; i--) {
                add(AT, events.next());
            }
            encoder.finish();
            byte[] record = record();
            for (int mutation = 0; mutation < 100; mutation++) {
                byte[] mutated = mutate(record, random);
                if (random.nextInt(8) != 0) {
                    stampChecksum(mutated); // else hardly any mutation gets past it
                }
                decodeOrRefuse(mutated, random.nextInt(16));
            }
        }
    }

    @ParameterizedTest(name = "{0} bytes too many")
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void aLongTextIsCutAtACharacter(int tooMany) throws Exception {
        String text = "x".repeat(ByteWriter.MAX_TEXT_BYTES - 4 + tooMany) + "\uD83D\uDE00";
        encoder.begin(1, AT);
        encoder.tryAdd(AT, new OriginConnected(1, text));
        encoder.finish();

        OriginConnected read = (OriginConnected) decode(record()).get(0).event();

        assertThat(text).startsWith(read.address());
        assertThat(read.address().getBytes(StandardCharsets.UTF_8).length)
                .isEqualTo(tooMany == 0 ? ByteWriter.MAX_TEXT_BYTES : ByteWriter.MAX_TEXT_BYTES - 4 + tooMany);
    }

    @Test
    void aFullRecordTakesNoMoreAndStaysWithinItsLimit() throws Exception {
        OriginConnected large = new OriginConnected(1L << 50, "x".repeat(5_000));
        encoder.begin(1, AT);
        int added = 0;
        while (encoder.tryAdd(AT, large)) {
            added++;
        }
        encoder.finish();

        assertThat(encoder.length()).isBetween(RecordEncoder.MAX_RECORD_BYTES - 5_000, RecordEncoder.MAX_RECORD_BYTES);
        assertThat(decode(record())).hasSize(added);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"x", "ü", "\u20ac", "\uD83D\uDE00", "\uD83D"})
    void anExchangeStaysBelowTheLargestEventWhateverTheEngineGives(String character) throws Exception {
        String text = character.repeat(100_000);
        for (int fields : new int[] {0, 1, 7, 200, 10_000}) {
            MessageFacts facts = new MessageFacts(
                    Collections.nCopies(fields, new Field(text, text)), Integer.MAX_VALUE, Long.MAX_VALUE, text, text);
            encoder.begin(Long.MAX_VALUE / 2, AT);
            encoder.tryAdd(Long.MIN_VALUE, exchange(text, facts));
            encoder.finish();

            assertThat(encoder.length()).isLessThan(RecordEncoder.LARGEST_EVENT_BYTES);
            ExchangeCompleted read = (ExchangeCompleted) decode(record()).get(0).event();
            assertThat(read.request().fields()).hasSizeBetween(Math.min(fields, 5), 7);
            assertThat(read.request().fieldsLeftOut()).isEqualTo(Integer.MAX_VALUE);
        }
    }

    @Test
    void theFieldsOfAnExchangeAreCutToTheirNumberAndTheRestIsCounted() throws Exception {
        MessageFacts facts = new MessageFacts(Collections.nCopies(300, new Field("a", "b")), 3, -5, "", "");
        encoder.begin(1, AT);
        encoder.tryAdd(AT, exchange("x", facts));
        encoder.finish();

        ExchangeCompleted read = (ExchangeCompleted) decode(record()).get(0).event();

        assertThat(read.request().fields()).hasSize(ExchangeWriter.MAX_FIELDS);
        assertThat(read.request().fieldsLeftOut()).isEqualTo(3 + 300 - ExchangeWriter.MAX_FIELDS);
        assertThat(read.request().bodyBytes()).isZero();
        assertThat(read.times()).isEqualTo(exchange("x", facts).times());
    }

    @Test
    void allThatTheEngineMayKeepOfAMessageIsKept() throws Exception {
        String value = "\u20ac".repeat(1_300);
        List<Field> fields = Collections.nCopies(6, new Field("name", value));
        assertThat(6 * (4 + value.length())).isLessThan(MessageFacts.FIELDS_CHARS);
        encoder.begin(1, AT);
        encoder.tryAdd(AT, exchange("x", new MessageFacts(fields, 0, 0, "", "")));
        encoder.finish();

        ExchangeCompleted read = (ExchangeCompleted) decode(record()).get(0).event();

        assertThat(read.request().fields()).isEqualTo(fields);
        assertThat(read.request().fieldsLeftOut()).isZero();
    }

    @Test
    void moreFieldsThanThereAreBytesAreCorruptAndReserveNothing() {
        encoder.begin(1, AT);
        encoder.tryAdd(AT, exchange("x", MessageFacts.NONE));
        encoder.finish();
        byte[] record = record();
        byte[] facts = {0, 0, 0, 0, 0}; // of a message without fields; the last one is their number
        int at = indexOf(record, facts) + 4;
        byte[] huge = new byte[record.length + 4];
        System.arraycopy(record, 0, huge, 0, at);
        byte[] count = {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x07}; // 2^31-1
        System.arraycopy(count, 0, huge, at, 5);
        System.arraycopy(record, at + 1, huge, at + 5, record.length - at - 1);
        stampChecksum(huge);

        assertThatThrownBy(() -> decode(huge)).satisfies(e -> {
            assertThat(((RecordFormatException) e).kind()).isEqualTo(FaultKind.CORRUPT_RECORD);
            assertThat(((RecordFormatException) e).what()).contains("more fields than bytes");
        });
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        int at = 0;
        while (!Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
            at++;
        }
        return at;
    }

    private static ExchangeCompleted exchange(String text, MessageFacts facts) {
        Tally most = new Tally(
                Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
        return new ExchangeCompleted(
                Long.MAX_VALUE,
                Long.MIN_VALUE,
                SessionProtocol.HTTPS_MITM,
                text,
                text,
                text,
                text,
                Integer.MIN_VALUE,
                text,
                text,
                text,
                text,
                facts,
                facts,
                most,
                most,
                new ExchangeTimes(Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE),
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                text);
    }

    @Test
    void anOmissionReachesAsFarAsItSaysAndIsAloneInItsRecord() throws Exception {
        EventsOmitted omitted = new EventsOmitted(900, true, "the disk");
        encoder.begin(17, AT);
        encoder.tryAdd(AT, omitted);
        encoder.finish();
        assertThat(decode(record())).containsExactly(new Recorded(17, AT, omitted));
        assertThat(decoder.lastSequence()).isEqualTo(900);

        encoder.begin(17, AT);
        encoder.tryAdd(AT, omitted);
        encoder.tryAdd(AT, new OriginConnected(1, "a"));
        encoder.finish();
        assertThatThrownBy(() -> decode(record())).hasMessageContaining("leaves events out and has others");

        for (long last : new long[] {16, 0, Long.MAX_VALUE}) {
            encoder.begin(17, AT);
            encoder.tryAdd(AT, new EventsOmitted(last, false, ""));
            encoder.finish();
            assertThatThrownBy(() -> decode(record())).hasMessageContaining("impossible sequence");
        }
    }

    @Test
    void aLaterKindOfEventStopsTheReader() {
        encoder.begin(1, AT);
        encoder.tryAdd(AT, new OriginConnected(1, "a"));
        encoder.finish();
        byte[] record = record();
        record[record.length - RecordEncoder.CRC_BYTES - 5] = 99;
        stampChecksum(record);

        assertThatThrownBy(() -> decode(record)).satisfies(e -> {
            assertThat(((RecordFormatException) e).kind()).isEqualTo(FaultKind.NEWER_VERSION);
            assertThat(((RecordFormatException) e).what()).contains("unknown kind 99");
        });
    }

    @Test
    void aDeltaInABatchTakesLessThanTenBytes() {
        Random random = new Random(5);
        encoder.begin(1L << 40, AT);
        Counts delta = new Counts();
        for (int i = 0; i < 1_000; i++) {
            long up = random.nextInt(2_000);
            long down = random.nextInt(200_000);
            delta.set(up, down, 0, 0, up, down);
            encoder.tryAddDelta((1L << 30) + random.nextInt(3_000), delta);
        }
        encoder.finish();

        assertThat(encoder.length() / 1_000.0).isLessThan(10);
    }

    @Test
    void deltasAllocateNothing() throws Exception {
        Counts delta = new Counts();
        delta.set(1, 2, 3, 4, 5, 6);
        long[] sum = new long[1];
        EventSink sink = new EventSink() {
            @Override
            public void event(long sequence, long atMillis, LedgerEvent event) {}

            @Override
            public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
                sum[0] += delta.up();
            }
        };
        deltas(delta, sink, 50);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        deltas(delta, sink, 50);

        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(50 * 1_000 / 10);
        assertThat(sum[0]).isEqualTo(100_000);
    }

    private void deltas(Counts delta, EventSink sink, int records) throws RecordFormatException {
        for (int record = 0; record < records; record++) {
            encoder.begin(1, AT);
            for (int i = 0; i < 1_000; i++) {
                encoder.tryAddDelta(i, delta);
            }
            encoder.finish();
            decoder.open(encoder.bytes(), encoder.offset(), encoder.length());
            decoder.deliver(sink);
        }
    }

    @Test
    void aLaterVersionIsToldFromDamage() {
        encoder.begin(1, AT);
        encoder.tryAdd(AT, new OriginConnected(1, "a"));
        encoder.finish();
        byte[] record = record();
        record[1] = 2;

        assertThatThrownBy(() -> decode(record))
                .satisfies(e -> assertThat(((RecordFormatException) e).kind()).isEqualTo(FaultKind.CORRUPT_RECORD));

        stampChecksum(record);

        assertThatThrownBy(() -> decode(record))
                .satisfies(e -> assertThat(((RecordFormatException) e).kind()).isEqualTo(FaultKind.NEWER_VERSION));
    }

    private boolean add(long atMillis, LedgerEvent event) {
        if (event instanceof BytesTransferred bytes) {
            Tally tally = bytes.delta();
            Counts counts = new Counts();
            counts.set(
                    tally.up(),
                    tally.down(),
                    tally.overheadUp(),
                    tally.overheadDown(),
                    tally.originUp(),
                    tally.originDown());
            return encoder.tryAddDelta(bytes.sessionId(), counts);
        }
        return encoder.tryAdd(atMillis, event);
    }

    private byte[] record() {
        return Arrays.copyOfRange(encoder.bytes(), encoder.offset(), encoder.offset() + encoder.length());
    }

    private List<Recorded> decode(byte[] record) throws RecordFormatException {
        RecordedEvents events = new RecordedEvents();
        decoder.open(record, 0, record.length);
        decoder.deliver(events);
        return events.list();
    }

    /** Decodes in the middle of an array, so that reading beyond either end would show. */
    private void decodeOrRefuse(byte[] record, int margin) {
        byte[] bytes = new byte[record.length + 2 * margin];
        Arrays.fill(bytes, (byte) 0x80);
        System.arraycopy(record, 0, bytes, margin, record.length);
        try {
            decoder.open(bytes, margin, record.length);
            decoder.deliver(new RecordedEvents());
        } catch (RecordFormatException expected) {
            assertThat(expected.what()).isNotEmpty();
        }
    }

    private static byte[] mutate(byte[] record, Random random) {
        byte[] mutated =
                random.nextInt(10) == 0 ? Arrays.copyOf(record, random.nextInt(record.length)) : record.clone();
        for (int i = random.nextInt(4); i >= 0 && mutated.length > 0; i--) {
            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
        }
        return mutated;
    }

    static void stampChecksum(byte[] record) {
        int guarded = record.length - RecordEncoder.CRC_BYTES;
        if (guarded < 0) {
            return;
        }
        CRC32C crc = new CRC32C();
        crc.update(record, 0, guarded);
        for (int i = 0; i < RecordEncoder.CRC_BYTES; i++) {
            record[guarded + i] = (byte) (crc.getValue() >>> (8 * i));
        }
    }
}
