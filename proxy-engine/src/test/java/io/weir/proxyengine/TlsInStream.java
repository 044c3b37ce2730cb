package io.weir.proxyengine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

/** A client's TLS in a stream of HTTP/2, that is in a tunnel through the proxy. One thread. */
final class TlsInStream implements AutoCloseable {
    private final FramePeer peer;
    private final int stream;
    private final SSLEngine engine;
    private final ByteBuffer plain = ByteBuffer.allocate(64 * 1024);
    private ByteBuffer read = ByteBuffer.allocate(0);

    TlsInStream(FramePeer peer, int stream, SSLContext context) throws IOException {
        this.peer = peer;
        this.stream = stream;
        engine = context.createSSLEngine("localhost", 443);
        engine.setUseClientMode(true);
    }

    /** Says something and reads until the other side has ended. */
    String ask(String text) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        var in = new ByteArrayOutputStream();
        while (!engine.isInboundDone()) {
            HandshakeStatus status = engine.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_TASK) {
                engine.getDelegatedTask().run();
            } else if (status == HandshakeStatus.NEED_WRAP
                    || (status == HandshakeStatus.NOT_HANDSHAKING && out.hasRemaining())) {
                wrap(out);
            } else {
                unwrap(in);
            }
        }
        return in.toString(StandardCharsets.US_ASCII);
    }

    private void wrap(ByteBuffer out) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(out, record);
        peer.data(stream, Arrays.copyOf(record.array(), record.position()), false);
    }

    private void unwrap(ByteArrayOutputStream in) throws IOException {
        plain.clear();
        SSLEngineResult result = engine.unwrap(read, plain);
        in.write(plain.array(), 0, plain.position());
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
            byte[] more = peer.piece(stream).getBytes(StandardCharsets.ISO_8859_1);
            ByteBuffer all = ByteBuffer.allocate(read.remaining() + more.length);
            read = all.put(read).put(more).flip();
        }
    }

    @Override
    public void close() throws IOException {
        engine.closeOutbound();
        wrap(ByteBuffer.allocate(0));
    }
}
