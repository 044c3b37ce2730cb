package io.weir.aggregator.journal;

import io.weir.aggregator.EventSink;
import java.util.zip.CRC32C;

/**
 * Reads records, as {@link RecordEncoder} draws them. One thread; allocates nothing for deltas.
 *
 * <p>For any input at all it reads inside the given range only, ends in time proportional to it, and throws nothing
 * but {@link RecordFormatException}.
 */
final class RecordDecoder {
    private static final int SHORTEST_RECORD_BYTES = 3 + 3 + 2 + RecordEncoder.CRC_BYTES;

    private final ByteReader in = new ByteReader();
    private final EventReader events = new EventReader(in);
    private final CRC32C crc = new CRC32C();
    private long firstSequence;
    private int count;
    private long recordMillis;
    private long lastSequence;

    /** From now on the texts in events are empty: for who does not look at them. */
    void passOverTexts() {
        in.passOverTexts();
    }

    /** Checks the record as a whole and reads its header; {@link #deliver} may follow. */
    void open(byte[] bytes, int offset, int length) throws RecordFormatException {
        if (length < SHORTEST_RECORD_BYTES || (bytes[offset] & 0xFF) != RecordEncoder.MAGIC) {
            throw ByteReader.corrupt("does not begin as a record");
        }
        if (!isChecksumRight(bytes, offset, length)) {
            throw ByteReader.corrupt("has a wrong checksum");
        }
        in.range(bytes, offset, length - RecordEncoder.CRC_BYTES);
        in.oneByte();
        int version = in.oneByte();
        int flags = in.oneByte();
        if (version != RecordEncoder.VERSION || flags != 0) {
            throw new RecordFormatException(
                    FaultKind.NEWER_VERSION,
                    "is of version " + version + " with flags " + flags + ", this reads 1 and 0");
        }
        firstSequence = in.count();
        count = in.smallCount();
        recordMillis = in.count();
        if (firstSequence == 0 || count == 0 || firstSequence > Long.MAX_VALUE - count) {
            throw ByteReader.corrupt("has impossible sequences");
        }
        lastSequence = count == 1 ? lastOfOne() : firstSequence + count - 1;
    }

    /** The one event's sequence, or the last one of those that it says are left out. */
    private long lastOfOne() throws RecordFormatException {
        int begin = in.position();
        long last = firstSequence;
        if (in.oneByte() == EventKind.EVENTS_OMITTED) {
            in.zigzag();
            last = in.count();
            if (last < firstSequence || last == Long.MAX_VALUE) {
                throw ByteReader.corrupt("leaves out events up to the impossible sequence " + last);
            }
        }
        in.position(begin);
        return last;
    }

    boolean isChecksumRight(byte[] bytes, int offset, int length) {
        int guarded = length - RecordEncoder.CRC_BYTES;
        if (guarded <= 0) {
            return false;
        }
        crc.reset();
        crc.update(bytes, offset, guarded);
        int stated = 0;
        for (int i = 0; i < RecordEncoder.CRC_BYTES; i++) {
            stated |= (bytes[offset + guarded + i] & 0xFF) << (8 * i);
        }
        return stated == (int) crc.getValue();
    }

    long firstSequence() {
        return firstSequence;
    }

    long lastSequence() {
        return lastSequence;
    }

    int count() {
        return count;
    }

    long recordMillis() {
        return recordMillis;
    }

    /** Hands out the first event of the opened record if it is about the journal itself; looks at nothing else. Once. */
    void deliverSeal(EventSink sink) throws RecordFormatException {
        if (events.isAboutJournalNext()) {
            events.begin(recordMillis, count);
            events.readInto(sink, firstSequence);
        }
    }

    /** Hands the events of the opened record out, in order. Once. */
    void deliver(EventSink sink) throws RecordFormatException {
        events.begin(recordMillis, count);
        for (int i = 0; i < count; i++) {
            events.readInto(sink, firstSequence + i);
        }
        if (in.remaining() != 0) {
            throw ByteReader.corrupt("goes on after its last event");
        }
    }
}
