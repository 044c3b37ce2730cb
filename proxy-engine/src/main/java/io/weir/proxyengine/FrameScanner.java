package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;

/**
 * Finds the frames in one direction of an HTTP/2 connection, however it is cut into buffers (RFC 9113 §4.1). Looks only, keeps nothing
 * but where it is. One thread.
 */
final class FrameScanner {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int CONTINUATION = 9;

    /** The kind of what is not content of a DATA frame: its head of nine bytes, its padding and the length of that. */
    static final int AROUND_DATA = -1;

    private static final int PADDED = 8;

    private static final int HEAD_BYTES = 9;
    private static final int PREFACE_BYTES = 24;

    /** Hears of the bytes of messages. */
    interface Sink {
        /**
         * Bytes of a frame have passed.
         *
         * @param stream the frame's
         * @param kind one of the three kinds that carry messages, or {@link #AROUND_DATA}
         */
        void passed(int stream, int kind, int bytes);

        /** Bytes of a frame of another kind have passed. */
        default void other(int stream, int bytes) {}
    }

    private int prefaceLeft;
    private int headSeen;
    private int length;
    private int kind;
    private int flags;
    private int stream;
    private int nextStream;
    private int left;
    private int padding;
    private boolean isPadLengthNext;

    FrameScanner(boolean hasPreface) {
        prefaceLeft = hasPreface ? PREFACE_BYTES : 0;
    }

    /** The stream of the last frame whose head has come whole. */
    int stream() {
        return stream;
    }

    /** Looks at the readable bytes of a buffer, which stays as it is. */
    void scan(ByteBuf buffer, Sink sink) {
        int at = buffer.readerIndex();
        int end = buffer.writerIndex();
        while (at < end) {
            if (prefaceLeft > 0) {
                int skipped = Math.min(prefaceLeft, end - at);
                prefaceLeft -= skipped;
                at += skipped;
            } else if (isPadLengthNext) {
                isPadLengthNext = false;
                padding = Math.min(buffer.getByte(at++) & 0xff, --left);
                sink.passed(stream, AROUND_DATA, 1);
            } else if (left > 0) {
                boolean isPadding = left <= padding;
                int passed = Math.min(isPadding ? left : left - padding, end - at);
                left -= passed;
                at += passed;
                tell(sink, isPadding ? AROUND_DATA : kind, passed);
            } else {
                head(buffer.getByte(at++) & 0xff, sink);
            }
        }
    }

    private void head(int octet, Sink sink) {
        if (headSeen < 3) {
            length = length << 8 | octet;
        } else if (headSeen == 3) {
            kind = octet;
            nextStream = 0;
        } else if (headSeen == 4) {
            flags = octet;
        } else {
            nextStream = nextStream << 8 | octet;
        }
        if (++headSeen == HEAD_BYTES) {
            stream = nextStream & 0x7fff_ffff;
            left = length;
            length = 0;
            headSeen = 0;
            padding = 0;
            isPadLengthNext = kind == DATA && (flags & PADDED) != 0 && left > 0;
            tell(sink, kind == DATA ? AROUND_DATA : kind, HEAD_BYTES);
        }
    }

    private void tell(Sink sink, int part, int bytes) {
        if (part == DATA || part == AROUND_DATA || part == HEADERS || part == CONTINUATION) {
            sink.passed(stream, part, bytes);
        } else {
            sink.other(stream, bytes);
        }
    }
}
