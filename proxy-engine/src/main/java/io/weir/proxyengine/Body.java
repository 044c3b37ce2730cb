package io.weir.proxyengine;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

/** How a message's body is delimited on the way out (RFC 9112 §6). */
enum Body {
    NONE,
    LENGTH,
    CHUNKED,
    UNTIL_CLOSE;

    /**
     * Writes a piece of the body, framed, without flushing; takes over the reference.
     *
     * @param promise completes with the last write that the piece needs
     */
    void write(Channel channel, HttpContent content, ChannelPromise promise) {
        boolean last = content instanceof LastHttpContent;
        int bytes = content.content().readableBytes();
        if (this == NONE || (bytes == 0 && !(last && this == CHUNKED))) {
            ReferenceCountUtil.release(content);
            complete(channel, promise);
            return;
        }
        if (this != CHUNKED) {
            channel.write(content.content(), promise);
            return;
        }
        if (bytes > 0) {
            channel.write(HeadWriter.chunkSize(channel.alloc(), bytes), channel.voidPromise());
            channel.write(content.content().retain(), channel.voidPromise());
            channel.write(HeadWriter.crlf(), last ? channel.voidPromise() : promise);
        }
        if (last) {
            channel.write(
                    HeadWriter.lastChunk(channel.alloc(), ((LastHttpContent) content).trailingHeaders()), promise);
        }
        ReferenceCountUtil.release(content);
    }

    /** Nothing of the piece goes out: what was written before it decides. */
    private static void complete(Channel channel, ChannelPromise promise) {
        if (!promise.isVoid()) {
            channel.write(Unpooled.EMPTY_BUFFER, promise);
        }
    }
}
