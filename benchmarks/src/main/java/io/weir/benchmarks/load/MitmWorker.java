package io.weir.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Opens a tunnel, TLS in it, and sends requests there. Either on a connection that it keeps for as long as the other side
 * does, where a request and its response are an operation, or on a new one for each, from the connect to the end on both
 * sides. On the first it looks who has issued the certificate: through a proxy it must not be the origin's own.
 *
 * <p>A connection ends with TLS's own end and then the connection's, and the other side's end is waited for: what it
 * still sends counts in the proxy's ledger, so it is counted here.
 */
final class MitmWorker implements Worker, Conversation {
    private final Crew crew;
    private final Route route;
    private final Tls tls;
    private final boolean isKept;
    private final long size;
    private final long requestBody;
    private int number;
    private byte[] requestHead = {};
    private ResponseReader responses;
    private @Nullable Wire wire;
    private boolean isBusy;
    private boolean isEnding; // we have said that we send no more
    private boolean hasBeenOpen;
    private boolean isReused; // a response came on this connection before
    private boolean isChecked;
    private long due;

    MitmWorker(Crew crew, Route route, int number, Tls tls, boolean isKept, long size, long requestBody) {
        this.crew = crew;
        this.route = route;
        this.number = number;
        this.tls = tls;
        this.isKept = isKept;
        this.size = size;
        this.requestBody = requestBody;
        responses = new ResponseReader(size);
    }

    @Override
    public void open() {
        hasBeenOpen = false;
        if (isKept) {
            connect();
        } else {
            crew.ready(this);
        }
    }

    private void connect() {
        isReused = false;
        responses = new ResponseReader(size);
        requestHead = route.requestInTunnel(number, size, requestBody);
        Tunnel.open(crew.loop(), route, isKept ? number : number++, crew.tally(), new StartOfTls(tls, this));
    }

    @Override
    public void opened(Wire opened) throws IOException {
        wire = opened;
        if (!isChecked && opened instanceof TlsWire secure) {
            route.checkIssuer(secure.certificate().getIssuerX500Principal());
            isChecked = true;
        }
        if (isBusy) {
            opened.send(requestHead, requestBody);
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
            open.attempt(() -> open.send(requestHead, requestBody));
        }
    }

    @Override
    public void received(Wire open, ByteBuffer bytes) throws IOException {
        if (!isBusy || isEnding) {
            throw new IOException("something came after the response");
        }
        Head head = responses.read(open.loop().filler(), bytes);
        if (bytes.hasRemaining()) {
            throw new IOException("more came than the response");
        }
        if (head == null) {
            return;
        }
        isReused = true;
        if (!isKept || head.isLast()) {
            end(open);
        } else {
            isBusy = false;
            crew.done(this, due);
        }
    }

    private void end(Wire open) throws IOException {
        isEnding = true;
        open.end();
    }

    @Override
    public void finish() {
        Wire open = wire;
        if (isBusy || isEnding) {
            return; // goes on when that is over
        }
        if (open == null) {
            crew.left(this);
        } else {
            open.attempt(() -> end(open));
        }
    }

    private void hasEnded() {
        isEnding = false;
        wire = null;
        if (isBusy) {
            isBusy = false;
            crew.done(this, due);
        } else {
            crew.left(this);
        }
    }

    @Override
    public void ended() {
        failed(new IOException("the connection ended before the response was complete"));
    }

    /** A kept connection may end at any time without an answer; then the request is sent again on another one. */
    @Override
    public void failed(IOException cause) {
        if (isEnding) {
            hasEnded();
            return;
        }
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
