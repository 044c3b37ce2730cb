package io.weir.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Sends and takes pieces of bulk data. A client may ask for the next one before it has the last; both directions run at
 * the same time, answers come in the order of the commands.
 *
 * <pre>
 *   client: C|V  down:8  up:8  then filler of that many bytes up        V: the origin compares what comes up
 *   origin: filler of that many bytes down, then received:8             received: up, or -1 if it was not the filler
 * </pre>
 */
final class PieceOrigin implements OriginConversation {
    static final byte COUNTED = 'C';
    static final byte VERIFIED = 'V';
    static final int COMMAND_BYTES = 1 + 2 * Long.BYTES;
    static final int ANSWER_BYTES = Long.BYTES;
    private static final int MOST_PIECES = 1024;

    private final ByteBuffer command = ByteBuffer.allocate(COMMAND_BYTES);
    private final ArrayDeque<Piece> pieces = new ArrayDeque<>(); // what is not answered yet; the last one is coming up

    /** What was asked for, and how far it is. */
    private static final class Piece {
        private final boolean isVerified;
        private final long down;
        private final long up;
        private long received;
        private boolean isWrong;
        private boolean isDownSent;

        Piece(ByteBuffer command) {
            isVerified = command.get() == VERIFIED;
            down = command.getLong();
            up = command.getLong();
        }

        void take(Wire wire, ByteBuffer bytes) {
            int count = (int) Math.min(up - received, bytes.remaining());
            if (isVerified) {
                isWrong |= !wire.loop().filler().takeEqual(bytes, received, count);
            } else {
                bytes.position(bytes.position() + count);
            }
            received += count;
        }

        byte[] answer() {
            return ByteBuffer.allocate(ANSWER_BYTES)
                    .putLong(isWrong ? -1 : received)
                    .array();
        }
    }

    static byte[] command(boolean isVerified, long down, long up) {
        return ByteBuffer.allocate(COMMAND_BYTES)
                .put(isVerified ? VERIFIED : COUNTED)
                .putLong(down)
                .putLong(up)
                .array();
    }

    @Override
    public void received(Wire wire, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            Piece coming = pieces.peekLast();
            if (coming != null && coming.received < coming.up) {
                coming.take(wire, bytes);
            } else {
                readCommand(bytes);
            }
        }
        if (!wire.isSending()) {
            drained(wire);
        }
    }

    private void readCommand(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining() && command.hasRemaining()) {
            command.put(bytes.get());
        }
        if (!command.hasRemaining()) {
            if (pieces.size() == MOST_PIECES) {
                throw new IOException("more than " + MOST_PIECES + " pieces at once");
            }
            pieces.add(new Piece(command.flip()));
            command.clear();
        }
    }

    @Override
    public void drained(Wire wire) throws IOException {
        Piece first = pieces.peekFirst();
        if (first == null) {
            return;
        }
        if (!first.isDownSent) {
            first.isDownSent = true;
            if (first.down > 0) {
                wire.send(new byte[0], first.down);
                return; // comes here again
            }
        }
        if (first.received == first.up) {
            pieces.removeFirst();
            wire.send(first.answer(), 0);
        }
    }
}
