package io.weir.launcher.accesslog;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Lines that were read and not written yet, in order. The thread of the log.
 *
 * <p>A line waits until its event survives the end of the machine: the log must not tell of what the journal then has not. Lines of one
 * event are written together, so that the mark can stand between two events.
 */
final class PendingLines {
    private static final int BATCH_BYTES = 64 << 10;

    /** All lines of one event. */
    private record Lines(long sequence, ByteBuffer bytes) {}

    private final ArrayDeque<Lines> waiting = new ArrayDeque<>();
    private final ByteArrayOutputStream current = new ByteArrayOutputStream();
    private long currentSequence;

    void add(long sequence, byte[] line) {
        if (sequence != currentSequence) {
            endEvent();
            currentSequence = sequence;
        }
        current.writeBytes(line);
    }

    private void endEvent() {
        if (current.size() > 0) {
            waiting.add(new Lines(currentSequence, ByteBuffer.wrap(current.toByteArray())));
            current.reset();
        }
    }

    /** How many events have lines here. */
    int size() {
        return waiting.size() + (current.size() > 0 ? 1 : 0);
    }

    /** The event of the first line; {@link Long#MAX_VALUE} if there is none. */
    long firstSequence() {
        if (!waiting.isEmpty()) {
            return waiting.getFirst().sequence();
        }
        return current.size() > 0 ? currentSequence : Long.MAX_VALUE;
    }

    /**
     * Writes the lines of all events up to and including {@code upTo}, of which no more may come. What could not be written stays. Answers
     * whether there was any.
     */
    boolean write(MarkedFile file, long upTo) throws IOException {
        if (currentSequence <= upTo) {
            endEvent();
        }
        boolean any = false;
        while (firstSequence() <= upTo) {
            writeBatch(file, upTo);
            any = true;
        }
        return any;
    }

    private void writeBatch(MarkedFile file, long upTo) throws IOException {
        var batch = new ByteArrayOutputStream();
        int events = 0;
        long last = 0;
        for (Lines each : waiting) {
            boolean fits = batch.size() == 0 || batch.size() + each.bytes().remaining() <= BATCH_BYTES;
            if (each.sequence() > upTo || !fits) {
                break;
            }
            batch.writeBytes(each.bytes().array());
            last = each.sequence();
            events++;
        }
        file.append(ByteBuffer.wrap(batch.toByteArray()), last);
        for (int i = 0; i < events; i++) {
            waiting.removeFirst();
        }
    }
}
