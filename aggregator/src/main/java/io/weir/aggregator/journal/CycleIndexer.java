package io.weir.aggregator.journal;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.CycleIndex.Prefix;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointConfig;
import io.weir.eventbus.LedgerEvent.CheckpointCounts;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.CheckpointUsage;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the index of one cycle file from its records, or goes on with one that was made of its beginning. One thread. Holds what the
 * index will hold, and the ids of one stretch.
 */
final class CycleIndexer implements EventSink, RecordTap {
    static final long STRETCH_BYTES = 128 * 1024;
    private static final int MAX_STRETCHES = 1 << 20;
    private static final int ROOM_BYTES =
            CycleIndex.MAX_BYTES - (2 << 20); // for what is not stretches, and the last of them

    private final JournalReader reader;
    private final long stretchBytes;
    private final List<JournalPosition> checkpoints = new ArrayList<>();
    private final ByteWriter stretches;
    private int stretchCount;
    private long[] ids = new long[1_024];
    private int idCount;
    private int recordIdsFrom; // of those, what the record mentions that is being read
    private @Nullable JournalPosition stretch; // the begin of the one that is open
    private @Nullable JournalPosition pending;
    private @Nullable Prefix prefix;

    /**
     * Begins, or goes on.
     *
     * @param reader at the file's beginning, or at the end of what is indexed
     */
    CycleIndexer(JournalReader reader, long stretchBytes, @Nullable CycleIndex begun) {
        this.reader = reader;
        this.stretchBytes = stretchBytes;
        if (begun == null) {
            stretches = new ByteWriter(4_096);
        } else {
            prefix = begun.prefix();
            pending = begun.pending();
            checkpoints.addAll(begun.checkpoints());
            stretchCount = begun.stretchCount();
            stretches = begun.stretches();
        }
    }

    /** Whether the index is as large as one may be. */
    boolean isFull() {
        return stretches.position() + idCount * ByteWriter.MAX_VARINT_BYTES > ROOM_BYTES
                || stretchCount >= MAX_STRETCHES;
    }

    /** The index of the records that were read so far, as bytes; empty if there were none. */
    byte[] finish() {
        endStretch();
        return prefix == null ? new byte[0] : CycleIndex.encode(prefix, pending, checkpoints, stretchCount, stretches);
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        if (event instanceof SessionOpened opened) {
            mention(opened.sessionId());
        } else if (event instanceof SessionClosed closed) {
            mention(closed.sessionId());
        }
        follow(event);
    }

    private void follow(LedgerEvent event) {
        if (event instanceof CheckpointBegun) {
            pending = reader.recordPosition();
        } else if (event instanceof CheckpointEnded ended) {
            JournalPosition begin = pending;
            if (begin != null && begin.sequence() + 1 == ended.beginSequence()) {
                checkpoints.add(begin);
            }
            pending = null;
        } else if (!(event instanceof CheckpointCounts
                || event instanceof CheckpointConfig
                || event instanceof CheckpointUsage
                || event instanceof CheckpointSession)) {
            pending = null; // its writer died
        }
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        pending = null;
    }

    private void mention(long sessionId) {
        if (sessionId <= 0) {
            return; // none that a node gives
        }
        if (idCount == ids.length) {
            ids = Arrays.copyOf(ids, 2 * idCount);
        }
        ids[idCount++] = sessionId;
    }

    @Override
    public void record(long lastSequence, byte[] bytes, int offset, int length) {
        JournalPosition position = reader.recordPosition();
        JournalPosition begin = stretch;
        if (begin == null || position.offset() - begin.offset() >= stretchBytes) {
            long[] ofRecord = Arrays.copyOfRange(ids, recordIdsFrom, idCount);
            idCount = recordIdsFrom;
            endStretch();
            stretch = position;
            System.arraycopy(ofRecord, 0, ids, 0, ofRecord.length);
            idCount = ofRecord.length;
        }
        recordIdsFrom = idCount;
        prefix = new Prefix(
                position.file(),
                DocumentScanner.next(position.offset(), length),
                lastSequence,
                position.offset(),
                length,
                checksum(bytes, offset + length));
    }

    private static int checksum(byte[] bytes, int end) {
        int checksum = 0;
        for (int i = 0; i < RecordEncoder.CRC_BYTES; i++) {
            checksum |= (bytes[end - RecordEncoder.CRC_BYTES + i] & 0xFF) << (8 * i);
        }
        return checksum;
    }

    private void endStretch() {
        JournalPosition begin = stretch;
        if (begin == null) {
            return;
        }
        stretch = null;
        stretchCount++;
        stretches.varint(begin.offset());
        stretches.varint(begin.sequence());
        long[] sorted = Arrays.stream(ids, 0, idCount).sorted().distinct().toArray();
        stretches.varint(sorted.length);
        long before = 0;
        for (long id : sorted) {
            stretches.varint(id - before);
            before = id;
        }
        idCount = recordIdsFrom = 0;
    }

    @Override
    public void repeated(long firstSequence, byte[] bytes, int offset, int length) {}

    @Override
    public void fault(JournalFault fault) {}
}
