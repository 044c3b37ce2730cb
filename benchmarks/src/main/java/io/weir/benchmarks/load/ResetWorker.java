package io.weir.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Opens a tunnel, has the origin send, and resets the connection in the middle of it: an operation. What is on its way
 * down then is lost, so only its other counts can be compared to the byte; it comes from an address of its own.
 */
final class ResetWorker implements Worker, Conversation {
    private static final long ASKED_BYTES = 64 << 20;

    private final Crew crew;
    private final Route route;
    private final long resetAfterBytes;
    private int number;
    private boolean isBusy;
    private long due;
    private long received;

    ResetWorker(Crew crew, Route route, int number, long resetAfterBytes) {
        this.crew = crew;
        this.route = route;
        this.number = number;
        this.resetAfterBytes = resetAfterBytes;
    }

    @Override
    public void open() {
        crew.ready(this);
    }

    @Override
    public void start(long dueNanos) {
        due = dueNanos;
        isBusy = true;
        received = 0;
        Tunnel.open(crew.loop(), route, number++, Route.sourceOfResets(), crew.tally(), this);
    }

    @Override
    public void opened(Wire wire) throws IOException {
        wire.send(PieceOrigin.command(false, ASKED_BYTES, 0), 0);
    }

    @Override
    public void received(Wire wire, ByteBuffer bytes) throws IOException {
        received += bytes.remaining();
        bytes.position(bytes.limit());
        if (received >= resetAfterBytes) {
            wire.reset();
            isBusy = false;
            crew.done(this, due);
        }
    }

    @Override
    public void finish() {
        if (!isBusy) {
            crew.left(this);
        }
    }

    @Override
    public void ended() {
        failed(new IOException("the tunnel ended after " + received + " bytes"));
    }

    @Override
    public void failed(IOException cause) {
        isBusy = false;
        crew.failed(this, cause);
    }
}
