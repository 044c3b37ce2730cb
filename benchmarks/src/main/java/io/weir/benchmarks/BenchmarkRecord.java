package io.weir.benchmarks;

import io.weir.aggregator.journal.RecordEncoder;
import io.weir.eventbus.Counts;

/** A record as a busy moment makes it: a delta each of so many sessions. */
final class BenchmarkRecord {
    private static final long AT_MILLIS = 1_790_000_000_000L;

    /** That of a journal which has been written for a while. */
    private static final long FIRST_SEQUENCE = 1_000_000_000L;

    private static final long FIRST_SESSION = 5_000_000L;

    private final RecordEncoder encoder = new RecordEncoder();
    private final Counts delta = new Counts();
    private final int deltas;

    BenchmarkRecord(int deltas) {
        this.deltas = deltas;
    }

    /** Encodes it, checksum included. */
    RecordEncoder encode() {
        return encode(FIRST_SEQUENCE);
    }

    RecordEncoder encode(long firstSequence) {
        encoder.begin(firstSequence, AT_MILLIS);
        for (int i = 0; i < deltas; i++) {
            delta.set(1_200 + i, 64_000 + i, 0, 0, 1_200 + i, 64_000);
            if (!encoder.tryAddDelta(FIRST_SESSION + 3L * i, delta)) {
                throw new IllegalStateException("the record is full after " + i + " deltas");
            }
        }
        encoder.finish();
        return encoder;
    }
}
