package io.weir.proxyengine;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;

/** Hears of frames of HTTP/2, and of all HEADERS in one place: what they say of priorities is ignored (RFC 9113 §5.3.2). Event loop of the connection. */
abstract class HeadersListener extends Http2EventAdapter {
    @Override
    public final void onHeadersRead(
            ChannelHandlerContext ctx,
            int id,
            Http2Headers headers,
            int dependency,
            short weight,
            boolean exclusive,
            int padding,
            boolean end)
            throws Http2Exception {
        onHeadersRead(ctx, id, headers, padding, end);
    }
}
