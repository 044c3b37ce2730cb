package io.weir.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Sends back whatever comes. A client waits for its echo before it sends more, so that what is held is bounded. */
final class EchoOrigin implements OriginConversation {
    private static final int LIMIT_BYTES = 16 << 20;

    private byte[] waiting = {};

    @Override
    public void received(Wire wire, ByteBuffer bytes) throws IOException {
        byte[] came = new byte[waiting.length + bytes.remaining()];
        if (came.length > LIMIT_BYTES) {
            throw new IOException("more than " + LIMIT_BYTES + " bytes to echo");
        }
        System.arraycopy(waiting, 0, came, 0, waiting.length);
        bytes.get(came, waiting.length, bytes.remaining());
        waiting = came;
        if (!wire.isSending()) {
            sendWaiting(wire);
        }
    }

    @Override
    public void drained(Wire wire) throws IOException {
        if (waiting.length > 0) {
            sendWaiting(wire);
        }
    }

    private void sendWaiting(Wire wire) throws IOException {
        byte[] next = waiting;
        waiting = new byte[0];
        wire.send(next, 0);
    }
}
