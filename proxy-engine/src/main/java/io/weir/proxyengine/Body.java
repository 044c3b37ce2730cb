package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/** How a message's body is delimited on the way out (RFC 9112 §6). */
enum Body {
    NONE,
    LENGTH,
    CHUNKED,
    UNTIL_CLOSE;

    /**
     * Writes a piece of the body, framed, without flushing; takes over the reference.
     *
     * @param trailers what comes after the body; null if the piece is not the last
     * @param promise completes with the last write that the piece needs
     */
    void write(Channel channel, ByteBuf data, @Nullable HttpHeaders trailers, ChannelPromise promise) {
        boolean last = trailers != null;
        int bytes = data.readableBytes();
        if (this == NONE || (bytes == 0 && !(last && this == CHUNKED))) {
            data.release();
            complete(channel, promise);
            return;
        }
        if (this != CHUNKED) {
            channel.write(data, promise);
            return;
        }
        if (bytes > 0) {
            channel.write(HeadWriter.chunkSize(channel.alloc(), bytes), channel.voidPromise());
            channel.write(data, channel.voidPromise());
            channel.write(HeadWriter.crlf(), last ? channel.voidPromise() : promise);
        } else {
            data.release();
        }
        if (trailers != null) {
            channel.write(HeadWriter.lastChunk(channel.alloc(), trailers), promise);
        }
    }

    /** Writes a decoded piece of the body, as above. */
    void write(Channel channel, HttpContent content, ChannelPromise promise) {
        HttpHeaders trailers = content instanceof LastHttpContent last ? last.trailingHeaders() : null;
        write(channel, content.content(), trailers, promise);
    }

    /** Nothing of the piece goes out: what was written before it decides. */
    private static void complete(Channel channel, ChannelPromise promise) {
        if (!promise.isVoid()) {
            channel.write(Unpooled.EMPTY_BUFFER, promise);
        }
    }
}
