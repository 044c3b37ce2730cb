package io.weir.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Sends a message through its tunnel and waits for the echo: an operation. If it is to idle, it does so twice in all,
 * when it opens and when it finishes, and nothing between.
 */
final class PingWorker implements Worker, Conversation {
    private static final byte[] NO_HEAD = {};

    private final Crew crew;
    private final Route route;
    private final int number;
    private final int size;
    private final boolean isIdle;
    private @Nullable Wire wire;
    private State state = State.CLOSED;
    private long due;
    private int received;

    private enum State {
        CLOSED,
        OPENING,
        FREE,
        WAITING,
        LEAVING
    }

    PingWorker(Crew crew, Route route, int number, int size, boolean isIdle) {
        this.crew = crew;
        this.route = route;
        this.number = number;
        this.size = size;
        this.isIdle = isIdle;
    }

    @Override
    public void open() {
        state = State.OPENING;
        Tunnel.open(crew.loop(), route, number, crew.tally(), this);
    }

    @Override
    public void opened(Wire opened) throws IOException {
        wire = opened;
        if (isIdle) {
            send(opened);
        } else {
            state = State.FREE;
            crew.ready(this);
        }
    }

    private void send(Wire open) throws IOException {
        received = 0;
        open.send(NO_HEAD, size);
    }

    @Override
    public void start(long dueNanos) {
        due = dueNanos;
        Wire open = wire;
        if (open != null && !isIdle) {
            state = State.WAITING;
            open.attempt(() -> send(open));
        }
    }

    @Override
    public void received(Wire open, ByteBuffer bytes) throws IOException {
        int count = bytes.remaining();
        if (received + count > size || !open.loop().filler().takeEqual(bytes, received, count)) {
            throw new IOException("not the echo of what was sent, after " + received + " bytes");
        }
        received += count;
        if (received == size) {
            echoed();
        }
    }

    private void echoed() {
        State before = state;
        state = State.FREE;
        if (before == State.OPENING) {
            crew.ready(this);
        } else if (before == State.LEAVING) {
            crew.tally().operation();
            leave();
        } else {
            crew.done(this, due);
        }
    }

    @Override
    public void finish() {
        Wire open = wire;
        if (state == State.FREE && open != null) {
            if (isIdle) {
                state = State.LEAVING;
                open.attempt(() -> send(open));
            } else {
                leave();
            }
        }
    }

    private void leave() {
        Wire open = wire;
        if (open != null) {
            open.close();
        }
        wire = null;
        state = State.CLOSED;
        crew.left(this);
    }

    @Override
    public void ended() {
        failed(new IOException("the tunnel ended while " + state));
    }

    @Override
    public void failed(IOException cause) {
        wire = null;
        state = State.CLOSED;
        crew.failed(this, cause);
    }
}
