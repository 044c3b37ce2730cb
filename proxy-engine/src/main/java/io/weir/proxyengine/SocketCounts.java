package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;

/** Counts what crosses a socket beneath TLS: what was read, and what the kernel took. First handler of its pipeline; event loop of it. */
final class SocketCounts extends ChannelDuplexHandler {
    private final Runnable whenWritten;
    private boolean discards;
    private long read;
    private long taken;
    private int inFlight;

    /**
     * Makes one.
     *
     * @param whenWritten is told when a write has ended, whoever waits for it has heard of it, and no other is in flight
     */
    SocketCounts(Runnable whenWritten) {
        this.whenWritten = whenWritten;
    }

    /** What is read from now on is nobody's: it is counted and thrown away. */
    void discard() {
        discards = true;
    }

    long read() {
        return read;
    }

    long taken() {
        return taken;
    }

    /** Writes that neither completed nor failed. */
    int inFlight() {
        return inFlight;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (msg instanceof ByteBuf bytes) {
            read += bytes.readableBytes();
        }
        if (discards) {
            ReferenceCountUtil.release(msg);
        } else {
            ctx.fireChannelRead(msg);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        if (!(msg instanceof ByteBuf bytes)) {
            ctx.write(msg, promise);
            return;
        }
        inFlight++;
        ChannelProgressivePromise metered = ctx.newProgressivePromise();
        metered.addListener(new Write(bytes.readableBytes(), promise));
        ctx.write(msg, metered);
    }

    /** One write, whose own promise is told after it was counted. */
    private final class Write implements ChannelProgressiveFutureListener {
        private final long size;
        private final ChannelPromise writer;
        private long counted;

        Write(long size, ChannelPromise writer) {
            this.size = size;
            this.writer = writer;
        }

        @Override
        public void operationProgressed(ChannelProgressiveFuture future, long progress, long total) {
            countTo(progress);
        }

        @Override
        public void operationComplete(ChannelProgressiveFuture future) {
            inFlight--;
            if (future.isSuccess()) {
                countTo(size);
                writer.trySuccess();
            } else {
                writer.tryFailure(future.cause());
            }
            if (inFlight == 0) {
                whenWritten.run();
            }
        }

        private void countTo(long progress) {
            taken += progress - counted;
            counted = progress;
        }
    }
}
