package io.weir.benchmarks.load;

import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * One end of TLS, on the wire that carries its records. What is inside talks over this one as over any other. Event
 * loop's thread only; the buffers are the loop's, but for the beginning of a record whose end has not come yet.
 */
final class TlsWire implements Wire, Conversation {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int MOST_RECORD_BYTES = 20 * 1024;

    private final SocketWire records;
    private final SSLEngine engine;
    private final Message message = new Message();
    private Conversation inside;
    private ByteBuffer incomplete = NOTHING;
    private boolean isOpen; // the handshake is done
    private boolean hasEnded; // we have said that we send no more
    private boolean isClosed; // the engine is given back

    private TlsWire(Wire records, SSLEngine engine, Conversation inside) {
        if (!(records instanceof SocketWire socket)) {
            throw new IllegalArgumentException("TLS inside TLS");
        }
        this.records = socket;
        this.engine = engine;
        this.inside = inside;
    }

    /** Starts a handshake as the engine's side has it; the conversation hears when it is done, or that it failed. */
    static TlsWire start(Wire records, SSLEngine engine, Conversation inside) throws IOException {
        var wire = new TlsWire(records, engine, inside);
        records.handOverTo(wire);
        engine.beginHandshake();
        wire.shakeHands();
        return wire;
    }

    /** The certificate that the other side has shown. */
    X509Certificate certificate() throws SSLPeerUnverifiedException {
        return (X509Certificate) engine.getSession().getPeerCertificates()[0];
    }

    /** The protocol that both sides have agreed on by ALPN; empty if they have not. */
    String protocol() {
        String agreed = engine.getApplicationProtocol();
        return agreed == null ? "" : agreed;
    }

    @Override
    public EventLoop loop() {
        return records.loop();
    }

    @Override
    public void handOverTo(Conversation next) {
        inside = next;
    }

    @Override
    public void overhead(boolean on) {
        records.overhead(on);
    }

    @Override
    public void send(byte[] first, long filler) throws IOException {
        message.begin(first, filler);
        flush();
    }

    @Override
    public boolean isSending() {
        return message.isLeft() || records.isSending();
    }

    @Override
    public void attempt(Step step) {
        records.attempt(step);
    }

    @Override
    public void drained(Wire wire) throws IOException {
        if (isOpen && !isClosed) {
            flush();
        }
    }

    private void flush() throws IOException {
        while (message.isLeft()) {
            ByteBuffer out = loop().recordsOut();
            while (message.isLeft() && out.remaining() >= MOST_RECORD_BYTES) {
                int taken = engine.wrap(message.next(loop()), out).bytesConsumed();
                if (taken == 0) {
                    throw new IOException("TLS takes nothing more");
                }
                message.taken(taken);
            }
            if (!records.sendNow(out.flip())) {
                return;
            }
        }
        inside.drained(this);
    }

    @Override
    public void received(Wire wire, ByteBuffer bytes) throws IOException {
        ByteBuffer in = bytes;
        if (incomplete.hasRemaining()) {
            in = loop().recordsIn().put(incomplete).put(bytes).flip();
            incomplete = NOTHING;
        }
        while (!isClosed && in.hasRemaining() && unwrap(in)) {
            // the next record
        }
        if (!isClosed && in.hasRemaining()) {
            incomplete = ByteBuffer.allocate(in.remaining()).put(in).flip();
        }
        bytes.position(bytes.limit());
    }

    /** Takes a record; answers whether there was a whole one. */
    private boolean unwrap(ByteBuffer in) throws IOException {
        ByteBuffer plain = loop().plainBuffer();
        SSLEngineResult result = engine.unwrap(in, plain);
        if (plain.flip().hasRemaining()) {
            opened(); // some engines say that they have finished only with the first record of data
            inside.received(this, plain);
        }
        if (isClosed) {
            return false;
        }
        if (result.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            finished(result);
            shakeHands();
        }
        if (result.getStatus() == Status.CLOSED) {
            in.position(in.limit()); // nothing follows the end of TLS
            if (!hasEnded) {
                end();
            }
            return false;
        }
        return result.getStatus() == Status.OK;
    }

    private void shakeHands() throws IOException {
        while (!isClosed) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                        task.run();
                    }
                }
                case NEED_WRAP -> {
                    ByteBuffer out = loop().recordsOut();
                    SSLEngineResult result = engine.wrap(NOTHING, out);
                    records.sendNow(out.flip());
                    finished(result);
                    if (result.getStatus() == Status.CLOSED) {
                        return;
                    }
                }
                default -> {
                    return;
                }
            }
        }
    }

    private void finished(SSLEngineResult result) throws IOException {
        if (result.getHandshakeStatus() == HandshakeStatus.FINISHED) {
            opened();
        }
    }

    private void opened() throws IOException {
        if (!isOpen) {
            isOpen = true;
            inside.opened(this);
        }
    }

    @Override
    public void end() throws IOException {
        hasEnded = true;
        if (!isClosed) {
            engine.closeOutbound();
            ByteBuffer out = loop().recordsOut();
            while (engine.wrap(NOTHING, out).bytesProduced() > 0) {
                // the close_notify
            }
            records.sendNow(out.flip());
        }
        records.end();
    }

    @Override
    public void close() {
        giveBack();
        records.close();
    }

    @Override
    public void reset() throws IOException {
        giveBack();
        records.reset();
    }

    @Override
    public void ended() {
        boolean wasOpen = isOpen;
        giveBack();
        if (wasOpen) {
            inside.ended();
        } else {
            inside.failed(new IOException("the connection ended in the handshake"));
        }
    }

    @Override
    public void failed(IOException cause) {
        giveBack();
        inside.failed(cause);
    }

    private void giveBack() {
        if (!isClosed) {
            isClosed = true;
            ReferenceCountUtil.release(engine); // does nothing to an engine of the JDK
        }
    }
}
