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

    private static final int HEAD_BYTES = 9;
    private static final int PREFACE_BYTES = 24;

    /** Hears of the bytes of messages. */
    interface Sink {
        /**
         * Bytes of a frame have passed.
         *
         * @param stream the frame's
         * @param kind one of the three kinds that carry messages
         */
        void passed(int stream, int kind, int bytes);
    }

    private int prefaceLeft;
    private int headSeen;
    private int length;
    private int kind;
    private int stream;
    private int nextStream;
    private int left;

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
            } else if (left > 0) {
                int passed = Math.min(left, end - at);
                left -= passed;
                at += passed;
                tell(sink, passed);
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
        } else if (headSeen > 4) {
            nextStream = nextStream << 8 | octet;
        }
        if (++headSeen == HEAD_BYTES) {
            stream = nextStream & 0x7fff_ffff;
            left = length;
            length = 0;
            headSeen = 0;
            tell(sink, HEAD_BYTES);
        }
    }

    private void tell(Sink sink, int bytes) {
        if (kind == DATA || kind == HEADERS || kind == CONTINUATION) {
            sink.passed(stream, kind, bytes);
        }
    }
}
