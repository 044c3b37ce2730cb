package io.weir.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Opens a tunnel, has one byte echoed, and closes it: an operation. */
final class ConnectWorker implements Worker, Conversation {
    private static final byte[] ONE_BYTE = {Filler.FIRST};

    private final Crew crew;
    private final Route route;
    private int number;
    private boolean isBusy;
    private long due;

    ConnectWorker(Crew crew, Route route, int number) {
        this.crew = crew;
        this.route = route;
        this.number = number;
    }

    @Override
    public void open() {
        crew.ready(this);
    }

    @Override
    public void start(long dueNanos) {
        due = dueNanos;
        isBusy = true;
        Tunnel.open(crew.loop(), route, number++, crew.tally(), this);
    }

    @Override
    public void opened(Wire wire) throws IOException {
        wire.send(ONE_BYTE, 0);
    }

    @Override
    public void received(Wire wire, ByteBuffer bytes) throws IOException {
        if (bytes.remaining() != 1 || bytes.get() != Filler.FIRST) {
            throw new IOException("not the echo of one byte");
        }
        wire.close();
        isBusy = false;
        crew.done(this, due);
    }

    @Override
    public void finish() {
        if (!isBusy) {
            crew.left(this);
        }
    }

    @Override
    public void ended() {
        failed(new IOException("the tunnel ended before the echo"));
    }

    @Override
    public void failed(IOException cause) {
        isBusy = false;
        crew.failed(this, cause);
    }
}
