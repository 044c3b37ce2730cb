package io.weir.wsgateway;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets through the one request of a connection if it is well-formed, has no body and is meant for us; nothing is ever
 * fetched for anybody. Event loop of its channel.
 *
 * <p>One request a connection: what follows it is dropped, so no two answers can be mixed up.
 */
final class RequestGuard extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(RequestGuard.class);

    private final Doorkeeper doorkeeper;
    private final Routes routes;
    private @Nullable HttpRequest head;
    private boolean isDone;

    RequestGuard(Doorkeeper doorkeeper, Routes routes) {
        this.doorkeeper = doorkeeper;
        this.routes = routes;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        try {
            if (!isDone && msg instanceof HttpObject object) {
                accept(ctx, object);
            }
        } finally {
            ReferenceCountUtil.release(msg);
        }
    }

    private void accept(ChannelHandlerContext ctx, HttpObject object) {
        if (object instanceof HttpRequest request) {
            head = request;
        }
        HttpResponseStatus refusal = refusal(ctx, object);
        HttpRequest request = head;
        if (refusal != null) {
            finish(ctx);
            Replies.refuse(ctx.channel(), refusal);
        } else if (request != null && object instanceof LastHttpContent) {
            finish(ctx);
            routes.answer(ctx, request);
        }
    }

    private void finish(ChannelHandlerContext ctx) {
        isDone = true;
        ctx.pipeline().remove(HeadDeadline.class);
    }

    private @Nullable HttpResponseStatus refusal(ChannelHandlerContext ctx, HttpObject object) {
        if (object.decoderResult().isFailure()) {
            return ofFailure(object.decoderResult());
        }
        if (object instanceof HttpContent content && content.content().isReadable()) {
            return HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
        }
        return object instanceof HttpRequest request ? ofHead(ctx, request) : null;
    }

    private @Nullable HttpResponseStatus ofHead(ChannelHandlerContext ctx, HttpRequest request) {
        HttpHeaders headers = request.headers();
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
        if (!request.uri().startsWith("/") || hosts.size() != 1) {
            return HttpResponseStatus.BAD_REQUEST; // CONNECT and absolute form among them
        }
        if (!doorkeeper.allowsHost(ctx.channel(), hosts.get(0))) {
            return HttpResponseStatus.MISDIRECTED_REQUEST;
        }
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            return HttpResponseStatus.METHOD_NOT_ALLOWED;
        }
        boolean hasBody = headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                || !headers.get(HttpHeaderNames.CONTENT_LENGTH, "0").equals("0");
        return hasBody ? HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE : null;
    }

    private static HttpResponseStatus ofFailure(DecoderResult result) {
        if (result.cause() instanceof TooLongHttpLineException) {
            return HttpResponseStatus.REQUEST_URI_TOO_LONG;
        }
        return result.cause() instanceof TooLongHttpHeaderException
                ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                : HttpResponseStatus.BAD_REQUEST;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof IdleStateEvent) {
            Farewell.cut(ctx.channel());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("lost {}: {}", Addresses.text(ctx.channel().remoteAddress()), cause.getMessage());
        } else {
            LOG.warn("closing {}", Addresses.text(ctx.channel().remoteAddress()), cause);
        }
        Farewell.cut(ctx.channel());
    }
}
