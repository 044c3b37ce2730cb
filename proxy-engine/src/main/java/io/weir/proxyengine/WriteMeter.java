package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.weir.eventbus.SessionMeter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what the kernel takes of what is written to one socket. First handler of the pipeline, so that it sees bytes as the wire
 * has them; event loop of its channel.
 *
 * <p>A byte counts for the session that was the {@link #target} when it was written, when the kernel took it: not when it
 * was asked for, and also when the connection then breaks in the middle of a buffer. That is the kernel's
 * {@code bytes_acked} as soon as all is acknowledged. Steady state allocates nothing: the promises that learn of the
 * progress are kept and used again.
 */
final class WriteMeter extends ChannelOutboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(WriteMeter.class);
    private static final int KEPT_MAX = 16;

    private @Nullable SessionMeter session;
    private Leg leg = Leg.DOWN;
    private @Nullable MeteredWrite kept;
    private int keptCount;
    private int inFlight;
    private long untargetedBytes;
    private final @Nullable StreamCount stream;

    WriteMeter() {
        stream = null;
    }

    /** One that only passes on what writes count as: the stream's frames are counted where they pass. */
    WriteMeter(StreamCount stream) {
        this.stream = stream;
    }

    /** Whom the writes from now on count for; nobody if null. */
    void target(@Nullable SessionMeter session, Leg leg) {
        this.session = session;
        this.leg = leg;
        if (stream != null) {
            stream.answersAs(leg);
        }
    }

    /** Writes that neither completed nor failed. */
    int inFlight() {
        return inFlight;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        SessionMeter target = session;
        if (target == null || !(msg instanceof ByteBuf bytes)) {
            ctx.write(msg, promise);
            return;
        }
        MeteredWrite write = kept;
        if (write == null) {
            write = new MeteredWrite(this, ctx.channel());
        } else {
            kept = write.nextKept;
            write.nextKept = null;
            keptCount--;
        }
        inFlight++;
        write.begin(target, leg, bytes.readableBytes(), promise.isVoid() ? null : promise);
        ctx.write(msg, write);
    }

    void taken(SessionMeter target, Leg leg, long bytes) {
        if (bytes == 0 || stream != null) {
            return;
        }
        if (target.isOpen()) {
            leg.count(target, bytes);
        } else {
            untargetedBytes += bytes;
            log.error(
                    "bytes were written after their session was closed session={} bytes={}",
                    target.id(),
                    untargetedBytes);
        }
    }

    void ended(MeteredWrite write) {
        inFlight--;
        if (keptCount < KEPT_MAX) {
            write.nextKept = kept;
            kept = write;
            keptCount++;
        }
    }

    /** The pipeline's meter. */
    static WriteMeter of(Channel channel) {
        WriteMeter meter = channel.pipeline().get(WriteMeter.class);
        if (meter == null) {
            throw new IllegalStateException("no write meter in " + channel);
        }
        return meter;
    }
}
