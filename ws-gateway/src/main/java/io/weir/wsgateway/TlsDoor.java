package io.weir.wsgateway;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.ssl.OptionalSslHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;

/**
 * Begins TLS with whoever does, and tells anybody else in plain words what this port speaks. It then takes itself out. Event loop of its
 * channel.
 */
final class TlsDoor extends OptionalSslHandler {
    TlsDoor(SslContext context) {
        super(context);
    }

    @Override
    protected ChannelHandler newNonSslHandler(ChannelHandlerContext ctx) {
        return new ChannelInboundHandlerAdapter() {
            private boolean isTold;

            @Override
            public void channelRead(ChannelHandlerContext own, Object msg) {
                ReferenceCountUtil.release(msg);
                if (!isTold) {
                    isTold = true;
                    own.pipeline().remove(HeadDeadline.class);
                    Replies.refuse(
                            own.channel(),
                            HttpResponseStatus.BAD_REQUEST,
                            "This port speaks https; begin the address so.");
                }
            }
        };
    }
}
