package io.weir.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Carries pieces of data through one tunnel, several at a time so that the stream never pauses. An operation is a
 * piece; every piece that was asked for is completed, so that both ends agree on the bytes.
 */
final class BulkWorker implements Worker, Conversation {
    private static final int PIECES_AT_ONCE = 4;

    private final Crew crew;
    private final Route route;
    private final int number;
    private final long down;
    private final long up;
    private final boolean isVerified;
    private final byte[] command;
    private final ByteBuffer answer = ByteBuffer.allocate(PieceOrigin.ANSWER_BYTES);
    private @Nullable Wire wire;
    private boolean isWorking;
    private int outstanding;
    private long downReceived;

    /**
     * Makes one.
     *
     * @param down bytes of a piece that the origin sends
     * @param up bytes of a piece that this sends
     * @param isVerified whether contents are compared, and not only counted
     */
    BulkWorker(Crew crew, Route route, int number, long down, long up, boolean isVerified) {
        this.crew = crew;
        this.route = route;
        this.number = number;
        this.down = down;
        this.up = up;
        this.isVerified = isVerified;
        command = PieceOrigin.command(isVerified, down, up);
    }

    @Override
    public void open() {
        outstanding = 0;
        downReceived = 0;
        answer.clear();
        Tunnel.open(crew.loop(), route, number, crew.tally(), this);
    }

    @Override
    public void opened(Wire opened) {
        wire = opened;
        crew.ready(this);
    }

    @Override
    public void start(long dueNanos) {
        isWorking = true;
        Wire open = wire;
        if (open != null) {
            open.attempt(() -> sendNext(open));
        }
    }

    private void sendNext(Wire open) throws IOException {
        if (outstanding < PIECES_AT_ONCE && !open.isSending() && !crew.isFinishing()) {
            outstanding++;
            open.send(command, up);
        }
    }

    @Override
    public void drained(Wire open) throws IOException {
        if (isWorking) {
            sendNext(open);
        }
    }

    @Override
    public void received(Wire open, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (downReceived < down) {
                takeDown(open, bytes);
            } else {
                takeAnswer(bytes);
            }
        }
        if (outstanding == 0 && crew.isFinishing()) {
            leave();
        } else {
            sendNext(open);
        }
    }

    private void takeDown(Wire open, ByteBuffer bytes) throws IOException {
        int count = (int) Math.min(down - downReceived, bytes.remaining());
        if (!isVerified) {
            bytes.position(bytes.position() + count);
        } else if (!open.loop().filler().takeEqual(bytes, downReceived, count)) {
            throw new IOException("something else came than was sent, in the " + count + " bytes from " + downReceived);
        }
        downReceived += count;
    }

    private void takeAnswer(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining() && answer.hasRemaining()) {
            answer.put(bytes.get());
        }
        if (!answer.hasRemaining()) {
            long arrived = answer.flip().getLong();
            if (arrived != up) {
                throw new IOException("the origin got " + arrived + " of " + up + " bytes");
            }
            answer.clear();
            downReceived = 0;
            outstanding--;
            crew.tally().operation();
        }
    }

    @Override
    public void finish() {
        if (outstanding == 0) {
            leave();
        }
    }

    private void leave() {
        Wire open = wire;
        if (open != null) {
            wire = null;
            open.close();
            crew.left(this);
        }
    }

    @Override
    public void ended() {
        failed(new IOException("the tunnel ended with " + outstanding + " pieces on their way"));
    }

    @Override
    public void failed(IOException cause) {
        wire = null;
        isWorking = false;
        crew.failed(this, cause);
    }
}
