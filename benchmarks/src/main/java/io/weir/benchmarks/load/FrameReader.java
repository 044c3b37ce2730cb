package io.weir.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Takes HTTP/2 frames from the pieces in which they come (RFC 9113 §4.1). One for each direction of a connection, event
 * loop's thread.
 *
 * <pre>
 *   length:3  type:1  flags:1  stream:4  then payload of that length
 * </pre>
 */
final class FrameReader {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1; // of DATA and HEADERS
    static final int ACK = 1; // of SETTINGS and PING
    static final int END_HEADERS = 4;
    static final int PADDED = 8;
    static final int PRIORITY = 0x20;

    static final int HEADER_BYTES = 9;
    static final int MOST_PAYLOAD_BYTES = 16 * 1024; // nobody may send more, as we never allow it
    private static final int PRIORITY_BYTES = 5;

    private final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    private ByteBuffer payload = ByteBuffer.allocate(0);
    private int left; // of the payload

    /** Is told what came. */
    interface Frames {
        /** A frame other than DATA. */
        void frame(int type, int flags, int stream, ByteBuffer payload) throws IOException;

        /** A piece of DATA, all of which must be consumed; the last of its stream may be empty. */
        void data(int stream, ByteBuffer piece, boolean isLast) throws IOException;
    }

    /** Consumes all that has come. */
    void read(ByteBuffer bytes, Frames frames) throws IOException {
        while (bytes.hasRemaining()) {
            if (header.hasRemaining()) {
                readHeader(bytes);
            }
            if (!header.hasRemaining() && (left == 0 || bytes.hasRemaining())) {
                if (type() == DATA) {
                    readData(bytes, frames);
                } else {
                    readPayload(bytes, frames);
                }
            }
        }
    }

    private void readHeader(ByteBuffer bytes) throws IOException {
        while (header.hasRemaining() && bytes.hasRemaining()) {
            header.put(bytes.get());
        }
        if (!header.hasRemaining()) {
            left = header.getInt(0) >>> Byte.SIZE;
            if (left > MOST_PAYLOAD_BYTES) {
                throw new IOException("a frame of " + left + " bytes");
            }
            payload = type() == DATA ? payload : ByteBuffer.allocate(left);
        }
    }

    private int type() {
        return header.get(3);
    }

    private int flags() {
        return header.get(4);
    }

    private int stream() {
        return header.getInt(5) & Integer.MAX_VALUE;
    }

    private void readData(ByteBuffer bytes, Frames frames) throws IOException {
        if ((flags() & PADDED) != 0) {
            throw new IOException("padded data");
        }
        int count = Math.min(left, bytes.remaining());
        int end = bytes.position() + count;
        int limit = bytes.limit();
        left -= count;
        boolean isLast = left == 0 && (flags() & END_STREAM) != 0;
        int stream = stream();
        if (left == 0) {
            header.clear();
        }
        frames.data(stream, bytes.limit(end), isLast);
        bytes.limit(limit).position(end);
    }

    private void readPayload(ByteBuffer bytes, Frames frames) throws IOException {
        int count = Math.min(left, bytes.remaining());
        payload.put(bytes.slice(bytes.position(), count));
        bytes.position(bytes.position() + count);
        left -= count;
        if (left == 0) {
            header.clear();
            frames.frame(type(), flags(), stream(), payload.flip());
        }
    }

    /** Leaves of a HEADERS frame's payload the block of fields. */
    static ByteBuffer fields(int flags, ByteBuffer payload) throws IOException {
        if ((flags & END_HEADERS) == 0) {
            throw new IOException("a head in several frames");
        }
        int padding = (flags & PADDED) == 0 ? 0 : payload.get() & 0xFF;
        if ((flags & PRIORITY) != 0) {
            payload.position(payload.position() + PRIORITY_BYTES);
        }
        return payload.limit(payload.limit() - padding);
    }
}
