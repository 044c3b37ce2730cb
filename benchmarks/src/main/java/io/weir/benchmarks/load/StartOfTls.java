package io.weir.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Is told that a tunnel is there, and starts TLS in it. */
record StartOfTls(Tls tls, Conversation inside) implements Conversation {
    @Override
    public void opened(Wire tunnel) throws IOException {
        tls.start(tunnel, inside);
    }

    @Override
    public void received(Wire tunnel, ByteBuffer bytes) throws IOException {
        throw new IOException("something came before TLS began");
    }

    @Override
    public void ended() {
        inside.ended();
    }

    @Override
    public void failed(IOException cause) {
        inside.failed(cause);
    }
}
