package io.weir.benchmarks.load;

import java.nio.ByteBuffer;

/**
 * What messages consist of: byte i of a message is {@code 'E' + i mod 251}, so that a byte that is lost, doubled or
 * moved shows. One instance per event loop, since the buffers have a position.
 */
final class Filler {
    /** The most that {@link #at} gives at once. */
    static final int PIECE_BYTES = 256 * 1024;

    /** The first byte of every message. */
    static final byte FIRST = 'E';

    private static final int PERIOD = 251;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(PIECE_BYTES + PERIOD);

    Filler() {
        for (int i = 0; i < bytes.capacity(); i++) {
            bytes.put(i, (byte) (FIRST + i % PERIOD));
        }
    }

    /** The bytes of a message from an offset on, as many as are asked for but {@link #PIECE_BYTES} at most. */
    ByteBuffer at(long offset, long count) {
        int start = (int) (offset % PERIOD);
        return bytes.limit(start + (int) Math.min(count, PIECE_BYTES)).position(start);
    }

    /** Whether the next bytes of a buffer are those of a message from an offset on; consumes them. */
    boolean takeEqual(ByteBuffer received, long offset, int count) {
        boolean isEqual = true;
        int done = 0;
        while (done < count) {
            ByteBuffer expected = at(offset + done, count - done);
            ByteBuffer piece = received.slice(received.position(), expected.remaining());
            isEqual &= piece.equals(expected);
            done += piece.capacity();
            received.position(received.position() + piece.capacity());
        }
        return isEqual;
    }
}
