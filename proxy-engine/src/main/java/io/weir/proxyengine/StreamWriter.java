package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;

/**
 * Writes one stream of an HTTP/2 connection, and knows what of it is still on its way. Event loop of the connection.
 *
 * <p>It is done when the stream is closed and each of its writes has completed or failed: none of its bytes will be counted then.
 */
final class StreamWriter {
    /** What waits here is beside the window of 64 KiB that the other side may fill meanwhile. */
    private static final int HIGH_WATER_BYTES = 16 * 1024;

    private static final int LOW_WATER_BYTES = 8 * 1024;

    /** What is kept about each piece, roughly. */
    private static final int PIECE_BYTES = 256;

    /** Hears what becomes of a stream's writes. */
    interface Listener {
        void writable();

        void writeFailed(Throwable cause);

        void done();
    }

    private final Http2Link link;
    private final int stream;
    private final Listener listener;
    private int unwrittenBytes;
    private int inFlight; // writes
    private boolean isFull;
    private boolean resetsWhenWritten;
    private boolean closed;
    private boolean done;

    StreamWriter(Http2Link link, int stream, Listener listener) {
        this.link = link;
        this.stream = stream;
        this.listener = listener;
    }

    void headers(Http2Headers headers, boolean last) {
        link.encoder().writeHeaders(link.context(), stream, headers, 0, last, begin(0));
    }

    /** Takes over the reference. */
    void data(ByteBuf data, boolean last) {
        int bytes = data.readableBytes();
        unwrittenBytes += bytes;
        isFull |= heldBytes() > HIGH_WATER_BYTES;
        link.encoder().writeData(link.context(), stream, data, 0, last, begin(bytes));
    }

    void reset(Http2Error error) {
        if (!closed) {
            link.encoder().writeRstStream(link.context(), stream, error.code(), begin(0));
            link.context().flush();
            if (link.connection().stream(stream) == null) { // it waited for the peer to allow it
                closed();
            }
        }
    }

    /** Ends the peer's side of the stream, when all of ours was written: a reset before that would throw it away. */
    void endBothSides() {
        if (inFlight == 0) {
            reset(Http2Error.NO_ERROR);
        } else {
            resetsWhenWritten = true;
        }
    }

    private ChannelPromise begin(int bytes) {
        inFlight++;
        return link.context().newPromise().addListener(written -> {
            inFlight--;
            unwrittenBytes -= bytes;
            if (!written.isSuccess() && !closed) {
                listener.writeFailed(written.cause());
            } else if (isFull && heldBytes() < LOW_WATER_BYTES) {
                isFull = false;
                listener.writable();
            }
            if (inFlight == 0 && resetsWhenWritten) {
                resetsWhenWritten = false;
                reset(Http2Error.NO_ERROR);
            }
            maybeDone();
        });
    }

    private int heldBytes() {
        return unwrittenBytes + inFlight * PIECE_BYTES;
    }

    /** Bytes that wait for the peer's window or for the kernel. */
    int unwrittenBytes() {
        return unwrittenBytes;
    }

    boolean isWritable() {
        return !isFull;
    }

    boolean isClosed() {
        return closed;
    }

    /** The codec has closed the stream. */
    void closed() {
        closed = true;
        maybeDone();
    }

    private void maybeDone() {
        if (closed && inFlight == 0 && !done) {
            done = true;
            listener.done();
        }
    }
}
