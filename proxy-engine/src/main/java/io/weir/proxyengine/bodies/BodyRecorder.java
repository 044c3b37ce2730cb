package io.weir.proxyengine.bodies;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One body on its way to the store. Event loop of its exchange only. Never waits: what there is no room for is given up, and why is told at
 * the end.
 *
 * <p>Each recorder must be ended or aborted once, or the piece that it fills is lost to the queue's budget; what is called after that does
 * nothing. Pieces grow with the body, from 4 to 64 KiB, and go to the store when they are full; when more than half of the queue's budget is
 * in use they go at once, so that bodies that come slowly keep no more than that half from the others.
 */
public final class BodyRecorder {
    private static final int FIRST_PIECE_BYTES = 4 * 1024;
    private static final int PIECE_MAX_BYTES = 64 * 1024;
    private static final int CROWDED_PIECE_BYTES = 256; // no less, as the job and the buffer themselves take so much

    private final BodyQueue queue;
    private final UnfinishedBody body;
    private final long bytesMax;
    private @Nullable ByteBuf piece;
    private int nextPieceBytes = FIRST_PIECE_BYTES;
    private boolean handedOver; // something, so the store's thread must be told how it goes on
    private long bytes;
    private String note = ""; // why it is given up
    private boolean over;

    BodyRecorder(BodyQueue queue, UnfinishedBody body, long bytesMax) {
        this.queue = queue;
        this.body = body;
        this.bytesMax = bytesMax;
    }

    /** Records what is readable. Copies it: neither the reference nor the indexes of {@code data} change. */
    public void add(ByteBuf data) {
        int length = data.readableBytes();
        if (over || length == 0) {
            return;
        }
        bytes += length;
        if (!note.isEmpty()) {
            return;
        }
        String why = refusal();
        if (why.isEmpty()) {
            copy(data, length);
        } else {
            giveUp(why);
        }
    }

    private String refusal() {
        if (bytes > bytesMax) {
            return "larger than " + bytesMax + " bytes";
        }
        return queue.isClosed() ? BodyQueue.CLOSED : body.failure();
    }

    private void copy(ByteBuf data, int length) {
        int index = data.readerIndex();
        int end = index + length;
        while (index < end) {
            ByteBuf to = piece != null ? piece : nextPiece(end - index);
            if (to == null) {
                giveUp("the store was too slow");
                return;
            }
            piece = to;
            int part = Math.min(end - index, to.writableBytes());
            to.writeBytes(data, index, part);
            index += part;
            if (!to.isWritable()) {
                handOver();
            }
        }
        if (queue.isCrowded()) {
            handOver();
        }
    }

    private @Nullable ByteBuf nextPiece(int needed) {
        int least = queue.isCrowded() ? CROWDED_PIECE_BYTES : nextPieceBytes;
        nextPieceBytes = Math.min(nextPieceBytes * 4, PIECE_MAX_BYTES);
        return queue.reserve(Math.min(Math.max(needed, least), PIECE_MAX_BYTES));
    }

    private void handOver() {
        if (piece != null) {
            queue.put(new BodyJob.Piece(body, piece));
            piece = null;
            handedOver = true;
        }
    }

    private void giveUp(String why) {
        note = why;
        if (piece != null) {
            queue.release(piece);
            piece = null;
        }
        if (handedOver) {
            queue.put(new BodyJob.Abandon(body));
        }
    }

    /** The body is whole. If it is empty or was given up, that is told before this returns; else on the loop when it is in its place. */
    public void end() {
        if (over) {
            return;
        }
        over = true;
        if (bytes == 0 || !note.isEmpty()) {
            body.delivery().here(new StoredBody("", bytes, note));
            return;
        }
        handOver();
        queue.put(new BodyJob.End(body, bytes));
    }

    /** The exchange broke: what there is of the body is thrown away, which is told before this returns. */
    public void abort() {
        if (over) {
            return;
        }
        if (note.isEmpty()) {
            giveUp("incomplete");
        }
        over = true;
        body.delivery().here(new StoredBody("", bytes, note));
    }
}
