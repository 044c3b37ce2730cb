package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts the bytes of a connection that speaks HTTP/2 to the proxy for the sessions of its streams: what was read as it passes, what is written when the kernel has taken
 * the record that holds it. What no session claims is the connection's own. First handler inside TLS; event loop of its channel.
 *
 * <p>A stream's frames pass here before its head is decoded: what has passed is remembered for the stream that begins in the buffer that is being read.
 */
final class FrameLedger extends ChannelDuplexHandler implements FrameScanner.Sink {
    private final FrameScanner in = new FrameScanner(true);
    private final FrameScanner out = new FrameScanner(false);
    private final IntObjectMap<StreamCount> streams = new IntObjectHashMap<>();
    private final IntObjectMap<StreamCount> unopened = new IntObjectHashMap<>(2);
    private long claimedUp;
    private long claimedDown;
    private int inFlight;

    /** What was read and is a session's, or will be if its stream gets one. */
    long claimedUp() {
        return claimedUp;
    }

    /** What was written, and taken, and is a session's. */
    long claimedDown() {
        return claimedDown;
    }

    /** Whether all that was written was taken or has failed. */
    boolean isQuiet() {
        return inFlight == 0;
    }

    void claimUp(long bytes) {
        claimedUp += bytes;
    }

    void claimDown(long bytes) {
        claimedDown += bytes;
    }

    /** A stream has begun, with its head: counts it from its first frame on. */
    StreamCount begin(int stream) {
        StreamCount begun = unopened.remove(stream);
        StreamCount count = begun == null ? new StreamCount(this) : begun;
        streams.put(stream, count);
        return count;
    }

    /** What comes from now on of that stream is the connection's. */
    void end(int stream) {
        StreamCount count = streams.remove(stream);
        if (count != null) {
            count.end();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (msg instanceof ByteBuf bytes) {
            in.scan(bytes, this);
        }
        ctx.fireChannelRead(msg);
        if (!unopened.isEmpty()) {
            StreamCount begun = unopened.remove(in.stream());
            unopened.values().forEach(StreamCount::end);
            unopened.clear();
            if (begun != null) {
                unopened.put(in.stream(), begun); // its head may not have come whole
            }
        }
    }

    /** Heads that did not come whole, or could not be read, are the connection's. */
    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        unopened.values().forEach(StreamCount::end);
        unopened.clear();
        ctx.fireChannelInactive();
    }

    @Override
    public void passed(int stream, int kind, int bytes) {
        StreamCount count = streams.get(stream);
        if (count == null) {
            count = unopened.get(stream);
        }
        if (count == null && kind == FrameScanner.HEADERS) {
            count = new StreamCount(this);
            unopened.put(stream, count);
        }
        if (count != null) {
            count.read(kind, bytes);
        }
    }

    @Override
    public void other(int stream, int bytes) {
        StreamCount count = streams.get(stream);
        if (count != null) {
            count.readOther(bytes);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        if (!(msg instanceof ByteBuf bytes)) {
            ctx.write(msg, promise);
            return;
        }
        var written = new Written(promise);
        out.scan(bytes, written);
        inFlight++;
        ctx.write(msg, ctx.newPromise().addListener(written));
    }

    /** What one buffer holds of streams that are served; the writer hears of it after it was counted. */
    private final class Written implements FrameScanner.Sink, ChannelFutureListener {
        private final ChannelPromise writer;
        private @Nullable Part parts;

        Written(ChannelPromise writer) {
            this.writer = writer;
        }

        @Override
        public void passed(int stream, int kind, int bytes) {
            StreamCount count = streams.get(stream);
            if (count != null) {
                parts = new Part(count, count.written(kind), bytes, parts);
            }
        }

        @Override
        public void other(int stream, int bytes) {
            StreamCount count = streams.get(stream);
            if (count != null) {
                parts = new Part(count, count.writtenOther(), bytes, parts);
            }
        }

        @Override
        public void operationComplete(ChannelFuture done) {
            inFlight--;
            if (done.isSuccess()) {
                for (Part part = parts; part != null; part = part.next) {
                    part.count.taken(part.leg, part.bytes);
                }
                writer.trySuccess();
            } else {
                writer.tryFailure(done.cause());
            }
        }
    }

    private record Part(
            StreamCount count, Leg leg, int bytes, @Nullable Part next) {}
}
