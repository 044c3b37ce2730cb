package io.weir.proxyengine;

import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * How much a peer may send ahead on the streams of one HTTP/2 connection (RFC 9113 §5.2). Event loop of the connection.
 *
 * <p>A stream begins with little, as it may stall, and what was sent ahead is then kept in memory. One whose bytes pass on as they come may send twice as
 * much ahead with each window that it has used up, as far as the loop's budget goes: over a long way a small window would make it
 * slower than a tunnel. The connection's window limits nothing: it is given back at once.
 */
final class StreamWindows {
    private static final int CONNECTION_BYTES = 16 << 20;
    private static final int STREAM_BYTES_MAX = 4 << 20;

    /** What all connections of an event loop may have their streams send ahead beyond the beginning. One thread. */
    static final class Budget {
        private long left;

        Budget(long bytes) {
            left = bytes;
        }

        private boolean take(int bytes) {
            if (bytes > left) {
                return false;
            }
            left -= bytes;
            return true;
        }

        private void giveBack(int bytes) {
            left += bytes;
        }

        long left() {
            return left;
        }
    }

    private final Http2Connection connection;
    private final Http2LocalFlowController windows;
    private final Budget budget;
    private final Http2Connection.PropertyKey grown;

    StreamWindows(Http2Connection connection, Budget budget) {
        this.connection = connection;
        this.budget = budget;
        windows = connection.local().flowController();
        grown = connection.newKey();
        connection.addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                Integer bytes = stream.removeProperty(grown);
                if (bytes != null) {
                    budget.giveBack(bytes);
                }
            }
        });
    }

    /** Opens the connection's window; it is to be flushed. */
    void begin() throws Http2Exception {
        windows.incrementWindowSize(connection.connectionStream(), CONNECTION_BYTES);
    }

    /**
     * So much of what came on a stream has passed on.
     *
     * @param keepsUp whether all that came before has left us
     * @return whether something is to be flushed
     */
    boolean consume(Http2Stream stream, int bytes, boolean keepsUp) throws Http2Exception {
        boolean isUsedUp = windows.consumeBytes(stream, bytes);
        if (isUsedUp && keepsUp) {
            grow(stream);
        }
        return isUsedUp;
    }

    private void grow(Http2Stream stream) throws Http2Exception {
        int size = windows.initialWindowSize(stream);
        int more = Math.min(size, STREAM_BYTES_MAX - size);
        if (more > 0 && budget.take(more)) {
            @Nullable Integer before = stream.getProperty(grown);
            stream.setProperty(grown, (before == null ? 0 : before) + more);
            windows.incrementWindowSize(stream, more);
        }
    }
}
