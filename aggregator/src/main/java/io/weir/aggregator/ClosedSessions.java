package io.weir.aggregator;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The sessions that closed last, each with the sequence of its close. One thread adds; a {@link View} is immutable and for any
 * thread.
 *
 * <p>It holds at most {@link #MAX_HELD} of them and about {@link #MAX_BYTES}. They stand in chunks that only grow: a view names
 * the chunks and how much of the last one was filled, so it costs nothing to take one, and what closes later stands behind
 * what it shows. The oldest go a chunk at a time.
 */
final class ClosedSessions {
    /** So many closed sessions are held at most. */
    static final int MAX_HELD = 16_384;

    /** Closed sessions are held up to about this size in memory. */
    static final long MAX_BYTES = 16L << 20;

    static final int CHUNK = 64; // with the longest texts that a session can have 2 MiB, so one chunk never is too much

    private static final class Chunk {
        final ClosedSession[] sessions = new ClosedSession[CHUNK];
        long bytes;
    }

    private Chunk[] chunks = new Chunk[0]; // a new array for every change, since views share it
    private int size;
    private long bytes;
    private long floor;

    /** Adds the session that closed last. */
    void add(ClosedSession closed) {
        int inChunk = size % CHUNK;
        if (inChunk == 0) {
            chunks = Arrays.copyOf(chunks, chunks.length + 1);
            chunks[chunks.length - 1] = new Chunk();
        }
        Chunk last = chunks[chunks.length - 1];
        last.sessions[inChunk] = closed;
        long estimate = closed.estimatedBytes();
        last.bytes += estimate;
        bytes += estimate;
        size++;
        while (size > MAX_HELD || (bytes > MAX_BYTES && chunks.length > 1)) {
            letGoOfOldest();
        }
    }

    private void letGoOfOldest() {
        Chunk oldest = chunks[0];
        floor = oldest.sessions[CHUNK - 1].sequence();
        bytes -= oldest.bytes;
        size -= CHUNK;
        chunks = Arrays.copyOfRange(chunks, 1, chunks.length);
    }

    /** Forgets all: of what closed up to this sequence nothing is known. */
    void startAt(long sequence) {
        chunks = new Chunk[0];
        size = 0;
        bytes = 0;
        floor = sequence;
    }

    View view() {
        return new View(chunks, size, floor);
    }

    /** The sessions held at one moment, in the order of closing. */
    static final class View {
        private final Chunk[] chunks;
        private final int size;
        private final long floor;

        private View(Chunk[] chunks, int size, long floor) {
            this.chunks = chunks;
            this.size = size;
            this.floor = floor;
        }

        /** All that closed at a later sequence are held. */
        long floor() {
            return floor;
        }

        int size() {
            return size;
        }

        ClosedSession get(int index) {
            return chunks[index / CHUNK].sessions[index % CHUNK];
        }

        /** The index of the first that closed after a sequence; {@link #size()} if none did. */
        int firstAfter(long sequence) {
            int low = 0;
            int high = size;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (get(middle).sequence() > sequence) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            return low;
        }

        Optional<ConnectionInfo> find(long id) {
            for (int i = size - 1; i >= 0; i--) {
                if (get(i).info().id() == id) {
                    return Optional.of(get(i).info());
                }
            }
            return Optional.empty();
        }

        /** The last ones, the newest first. */
        List<ClosedSession> last(int limit) {
            ClosedSession[] found = new ClosedSession[Math.max(0, Math.min(limit, size))];
            for (int i = 0; i < found.length; i++) {
                found[i] = get(size - 1 - i);
            }
            return List.of(found);
        }

        /** The last ones that closed at this time or later, at most so many, oldest first. */
        List<ConnectionInfo> since(long millis, int limit) {
            int first = size;
            while (first > 0 && size - first < limit && get(first - 1).info().closedAtMillis() >= millis) {
                first--;
            }
            ConnectionInfo[] found = new ConnectionInfo[size - first];
            for (int i = 0; i < found.length; i++) {
                found[i] = get(first + i).info();
            }
            return List.of(found);
        }
    }
}
