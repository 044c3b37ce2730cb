package io.weir.benchmarks.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Collects HTTP/2 frames, and sends them together when its connection is ready for more. Event loop's thread. */
final class FrameWriter {
    static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private static final int INITIAL_WINDOW_SIZE = 4; // settings
    private static final int ENABLE_PUSH = 2;
    private static final int DEFAULT_WINDOW = 65_535;
    private static final int RENEW_AFTER_BYTES = 64 << 20;

    private final ByteArrayOutputStream frames = new ByteArrayOutputStream();
    private int taken; // of the connection's window, and not given back yet

    void raw(byte[] bytes) {
        frames.writeBytes(bytes);
    }

    void frame(int type, int flags, int stream, byte[] payload) {
        header(type, flags, stream, payload.length);
        frames.writeBytes(payload);
    }

    private void header(int type, int flags, int stream, int length) {
        frames.writeBytes(ByteBuffer.allocate(FrameReader.HEADER_BYTES)
                .putInt(length << Byte.SIZE | type)
                .put((byte) flags)
                .putInt(stream)
                .array());
    }

    /** A frame of filler, from its beginning. */
    void data(int flags, int stream, Filler filler, int count) {
        header(FrameReader.DATA, flags, stream, count);
        byte[] bytes = new byte[count];
        filler.at(0, count).get(bytes);
        frames.writeBytes(bytes);
    }

    /** What a side says first: no push, and windows that need not be thought of for a long time. */
    void settings(boolean isClient) {
        ByteBuffer settings = ByteBuffer.allocate(isClient ? 12 : 6);
        settings.putShort((short) INITIAL_WINDOW_SIZE).putInt(1 << 20);
        if (isClient) {
            settings.putShort((short) ENABLE_PUSH).putInt(0);
        }
        frame(FrameReader.SETTINGS, 0, 0, settings.array());
        windowUpdate(Integer.MAX_VALUE - DEFAULT_WINDOW);
    }

    private void windowUpdate(int more) {
        frame(
                FrameReader.WINDOW_UPDATE,
                0,
                0,
                ByteBuffer.allocate(Integer.BYTES).putInt(more).array());
    }

    /** So much data was taken, which now and then must be said. */
    void taken(int count) {
        taken += count;
        if (taken >= RENEW_AFTER_BYTES) {
            windowUpdate(taken);
            taken = 0;
        }
    }

    /** Answers what is to be answered whatever else is said on a connection. */
    void answer(int type, int flags, ByteBuffer payload) {
        if ((flags & FrameReader.ACK) == 0 && (type == FrameReader.SETTINGS || type == FrameReader.PING)) {
            byte[] same = new byte[type == FrameReader.PING ? payload.remaining() : 0];
            payload.duplicate().get(same);
            frame(type, FrameReader.ACK, 0, same);
        }
    }

    /** Sends what has been collected, unless the wire has something to send; then it is for when that is drained. */
    void flush(Wire wire) throws IOException {
        if (frames.size() > 0 && !wire.isSending()) {
            byte[] all = frames.toByteArray();
            frames.reset();
            wire.send(all, 0);
        }
    }
}
