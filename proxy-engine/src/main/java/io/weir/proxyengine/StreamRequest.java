package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * The request of one {@link StreamChannel} in the words of HTTP/1.1, for who serves clients of that: head, content, framed if its length was not said, and trailers. After
 * CONNECT all is content. Event loop of the channel.
 */
final class StreamRequest {
    private final HeadWriter heads;
    private final RequestHead head;
    private final boolean isConnect;
    private final HttpHeaders fields;
    private final boolean isChunked;
    private HttpHeaders trailers = EmptyHttpHeaders.INSTANCE;

    /**
     * Makes one.
     *
     * @param head as it came, and sound
     * @param last whether nothing follows it
     */
    StreamRequest(HeadWriter heads, RequestHead head, boolean last) {
        this.heads = heads;
        this.head = head;
        isConnect = head.method().equals("CONNECT");
        fields = Http2Fields.toHttp1(head, last || isConnect);
        isChunked = fields.contains(HttpHeaderNames.TRANSFER_ENCODING);
    }

    boolean isConnect() {
        return isConnect;
    }

    boolean isHead() {
        return head.method().equals("HEAD");
    }

    void trailers(HttpHeaders last) {
        trailers = last;
    }

    /** RFC 9113 §8.3.1, §8.5: what a request to a proxy of HTTP/1.1 has in one target, one of HTTP/2 has in pieces. */
    private String target() {
        if (isConnect) {
            return head.authority();
        }
        return head.scheme() + "://" + head.authority() + (head.target().equals("*") ? "" : head.target());
    }

    void begin(ChannelPipeline pipeline) {
        pipeline.fireChannelRead(heads.request(pipeline.channel().alloc(), head.method(), target(), fields));
    }

    /** Takes over the reference. */
    void content(ChannelPipeline pipeline, ByteBuf data) {
        if (!isChunked) {
            pipeline.fireChannelRead(data);
            return;
        }
        pipeline.fireChannelRead(HeadWriter.chunkSize(pipeline.channel().alloc(), data.readableBytes()));
        pipeline.fireChannelRead(data);
        pipeline.fireChannelRead(HeadWriter.crlf());
    }

    void end(ChannelPipeline pipeline) {
        if (isChunked) {
            pipeline.fireChannelRead(HeadWriter.lastChunk(pipeline.channel().alloc(), trailers));
        }
    }
}
