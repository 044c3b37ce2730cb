package io.weir.proxyengine;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.RecvByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Reads a channel no faster than a {@link Pace} allows, whoever else turns its auto-read on and off: bounds each round of reads ({@link FrugalReads} asks), and stops auto-read
 * while nothing may be read. First of its pipeline. Event loop of the channel.
 */
final class PacedReads extends ChannelDuplexHandler implements RecvByteBufAllocator, Pace.Gate {
    private final Pace pace;
    private final RecvByteBufAllocator before;
    private @Nullable ChannelHandlerContext context; // null when it is out of the pipeline
    private boolean isPaused; // auto-read is off because of us
    private boolean isReadAsked;

    private PacedReads(Pace pace, RecvByteBufAllocator before) {
        this.pace = pace;
        this.before = before;
    }

    /** Begins to limit a channel. */
    static PacedReads begin(Channel channel, Pace pace) {
        RecvByteBufAllocator before = channel.config().getRecvByteBufAllocator();
        var reads = new PacedReads(pace, before);
        pace.add(reads);
        channel.pipeline().addFirst(reads);
        channel.config().setRecvByteBufAllocator(reads);
        reads.pauseIfSpent(channel);
        return reads;
    }

    /** Limits it no more; if it had stopped reading, that goes on. */
    void end() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        Channel channel = ctx.channel();
        channel.config().setRecvByteBufAllocator(before);
        channel.pipeline().remove(this);
        if (!channel.isActive()) {
            return;
        }
        if (isPaused) {
            channel.config().setAutoRead(true);
        } else if (isReadAsked) {
            channel.read();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        context = null;
        pace.remove(this);
    }

    /** How much to read in the round of reads that begins. It can't be nothing any more. */
    long roundBytes() {
        return Math.max(1, pace.mayRead());
    }

    @Override
    @SuppressWarnings("deprecation") // Netty's name for what it gives; there is no other
    public Handle newHandle() {
        return before.newHandle();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.fireChannelReadComplete(); // first, as what is counted by then is what was read
        if (context != null) {
            pauseIfSpent(ctx.channel());
        }
    }

    private void pauseIfSpent(Channel channel) {
        if (channel.config().isAutoRead() && pace.mayRead() == 0) {
            isPaused = true;
            channel.config().setAutoRead(false);
        }
    }

    /** Somebody, perhaps auto-read, wants to read. */
    @Override
    public void read(ChannelHandlerContext ctx) {
        if (pace.mayRead() > 0) {
            ctx.read();
        } else if (ctx.channel().config().isAutoRead()) {
            pauseIfSpent(ctx.channel());
        } else {
            isReadAsked = true;
        }
    }

    @Override
    public void open() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        if (isReadAsked) {
            isReadAsked = false;
            ctx.read();
        }
        if (isPaused) {
            isPaused = false;
            ctx.channel().config().setAutoRead(true);
        }
    }
}
