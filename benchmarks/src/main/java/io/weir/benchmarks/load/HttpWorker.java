package io.weir.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests on a connection that it keeps for as long as the other side does: a request and its response are an
 * operation. The response's body is always compared.
 */
final class HttpWorker implements Worker, Conversation {
    private final Crew crew;
    private final Route route;
    private final int number;
    private final long size;
    private final long requestBody;
    private final byte[] requestHead;
    private ResponseReader responses;
    private @Nullable Wire wire;
    private boolean isBusy;
    private boolean hasBeenOpen;
    private boolean isReused; // a response came on this connection before
    private long due;

    HttpWorker(Crew crew, Route route, int number, long size, long requestBody) {
        this.crew = crew;
        this.route = route;
        this.number = number;
        this.size = size;
        this.requestBody = requestBody;
        requestHead = route.request(number, size, requestBody);
        responses = new ResponseReader(size);
    }

    @Override
    public void open() {
        hasBeenOpen = false;
        connect();
    }

    private void connect() {
        isReused = false;
        responses = new ResponseReader(size);
        crew.tally().connected();
        try {
            SocketWire.connect(crew.loop(), route.nextHop(number), route.source(number), crew.tally(), this);
        } catch (IOException e) {
            failed(e);
        }
    }

    @Override
    public void opened(Wire opened) throws IOException {
        wire = opened;
        if (isBusy) {
            send(opened);
        } else if (!hasBeenOpen) {
            hasBeenOpen = true;
            crew.ready(this);
        }
    }

    @Override
    public void start(long dueNanos) {
        due = dueNanos;
        isBusy = true;
        Wire open = wire;
        if (open == null) {
            connect();
        } else {
            open.attempt(() -> send(open));
        }
    }

    private void send(Wire open) throws IOException {
        open.send(requestHead, requestBody);
    }

    @Override
    public void received(Wire open, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (!isBusy) {
                throw new IOException("something came after the response");
            }
            Head head = responses.read(open.loop().filler(), bytes);
            if (head != null) {
                completed(open, head);
            }
        }
    }

    private void completed(Wire open, Head head) {
        isBusy = false;
        isReused = true;
        if (head.isLast()) {
            open.close();
            wire = null;
        }
        crew.done(this, due);
    }

    @Override
    public void finish() {
        if (isBusy) {
            return;
        }
        Wire open = wire;
        if (open != null) {
            open.close();
        }
        wire = null;
        crew.left(this);
    }

    @Override
    public void ended() {
        failed(new IOException("the connection ended before the response was complete"));
    }

    /** A kept connection may end at any time without an answer; then the request is sent again on another one. */
    @Override
    public void failed(IOException cause) {
        boolean isStale = isReused && (!isBusy || responses.isEmpty());
        wire = null;
        if (!isStale) {
            isBusy = false;
            crew.failed(this, cause);
        } else if (isBusy) {
            connect();
        }
    }
}
