package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.weir.eventbus.SessionMeter;
import org.jspecify.annotations.Nullable;

/**
 * Counts the bytes of an HTTP/2 connection for the sessions of its streams, as they pass unchanged: a message is its HEADERS, CONTINUATION and DATA
 * frames (RFC 9113 §8.1), each with its head of 9 bytes and its padding. All other frames, and those of streams that nobody
 * serves, belong to the connection alone. Stands between TLS and the codec; event loop of its channel.
 *
 * <p>A stream of the client's opens when its head was decoded, which is after its frames passed here: what has passed is
 * remembered for streams whose first frames are in the buffer that is being read.
 */
final class FrameMeter extends ChannelDuplexHandler {
    private final Leg read;
    private final Leg written;
    private final WriteMeter writes;
    private final FrameScanner in;
    private final FrameScanner out;
    private final IntObjectMap<SessionMeter> sessions = new IntObjectHashMap<>();
    private final IntObjectMap<Long> unopened = new IntObjectHashMap<>(2);
    private final boolean isServer;

    /**
     * Makes a meter.
     *
     * @param isServer whether the peer is a client, which begins with a preface and opens the streams
     * @param writes the next handler, which counts what it is told to
     */
    FrameMeter(boolean isServer, Leg read, Leg written, WriteMeter writes) {
        this.isServer = isServer;
        this.read = read;
        this.written = written;
        this.writes = writes;
        in = new FrameScanner(isServer);
        out = new FrameScanner(!isServer);
    }

    /** Counts for {@code session} what belongs to the stream, from its first frame on. */
    void open(int stream, SessionMeter session) {
        sessions.put(stream, session);
        Long passed = unopened.remove(stream);
        if (passed != null) {
            read.count(session, passed);
        }
    }

    /** What comes from now on is nobody's. */
    void close(int stream) {
        sessions.remove(stream);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (msg instanceof ByteBuf bytes) {
            in.scan(bytes, this::passed);
        }
        ctx.fireChannelRead(msg);
        if (!unopened.isEmpty()) {
            Long begun = unopened.get(in.stream());
            unopened.clear();
            if (begun != null) {
                unopened.put(in.stream(), begun); // its head may not have come whole
            }
        }
    }

    private void passed(int stream, int kind, int bytes) {
        SessionMeter session = sessions.get(stream);
        if (session != null) {
            if (session.isOpen()) {
                read.count(session, bytes);
            }
            return;
        }
        Long before = unopened.get(stream);
        if (before != null || (isServer && kind == FrameScanner.HEADERS)) {
            long sum = (before == null ? 0 : before) + bytes;
            unopened.put(stream, (Long) sum);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        if (!(msg instanceof ByteBuf bytes)) {
            ctx.write(msg, promise);
            return;
        }
        var mix = new Mix();
        out.scan(bytes, mix);
        SessionMeter only = mix.session;
        if (only == null || mix.bytes == bytes.readableBytes()) {
            writes.target(only, written);
            ctx.write(msg, promise);
            return;
        }
        writes.target(null, written); // parts of several frames, which the codec does not write in one
        long own = mix.bytes;
        ctx.write(msg, promise.unvoid().addListener(done -> {
            if (done.isSuccess() && only.isOpen()) {
                written.count(only, own);
            }
        }));
    }

    /** Whose bytes are in one buffer that is written. */
    private final class Mix implements FrameScanner.Sink {
        private @Nullable SessionMeter session;
        private int bytes;

        @Override
        public void passed(int stream, int kind, int count) {
            SessionMeter of = sessions.get(stream);
            if (of != null && (session == null || session.equals(of))) {
                session = of;
                bytes += count;
            }
        }
    }
}
