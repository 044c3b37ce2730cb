package io.weir.wsgateway;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets through the one request of a connection if it is well-formed and meant for us; nothing is ever fetched for anybody. Event loop
 * of its channel.
 *
 * <p>Only a command may have a body, and only who may give it is listened to. One request a connection: what follows it is
 * dropped, so no two answers can be mixed up.
 */
final class RequestGuard extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(RequestGuard.class);

    private final Doorkeeper doorkeeper;
    private final Routes routes;
    private RequestBody body = new RequestBody(0, false);
    private @Nullable HttpRequest head;
    private boolean isCommand;
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
        if (object instanceof HttpRequest arrived) {
            head = arrived;
        }
        HttpResponseStatus refusal = refusal(ctx, object);
        HttpRequest request = head;
        if (refusal != null) {
            finish(ctx);
            refuse(ctx, refusal);
        } else if (request != null && object instanceof LastHttpContent) {
            finish(ctx);
            routes.answer(ctx, request, body.toBytes());
        } else if (object instanceof HttpRequest arrived && isCommand && HttpUtil.is100ContinueExpected(arrived)) {
            ctx.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE))
                    .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
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
            return isCommand && body.add(content.content()) ? null : HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
        }
        return object instanceof HttpRequest request ? ofHead(ctx, request) : null;
    }

    private void refuse(ChannelHandlerContext ctx, HttpResponseStatus refusal) {
        if (isCommand && refusal.equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            Replies.refuseMethod(ctx.channel(), HttpMethod.POST.name());
        } else {
            Replies.refuse(ctx.channel(), refusal);
        }
    }

    private @Nullable HttpResponseStatus ofHead(ChannelHandlerContext ctx, HttpRequest request) {
        HttpHeaders headers = request.headers();
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
        if (Endpoint.speaksJson(request.uri())) {
            Replies.speakJson(ctx.channel());
        }
        if (!request.uri().startsWith("/") || hosts.size() != 1) {
            return HttpResponseStatus.BAD_REQUEST; // CONNECT and absolute form among them
        }
        if (!doorkeeper.allowsHost(ctx.channel(), hosts.get(0))) {
            return HttpResponseStatus.MISDIRECTED_REQUEST;
        }
        isCommand = routes.isCommand(request);
        if (isCommand) {
            body = routes.bodyOf(request);
            return routes.allowsMethod(request)
                    ? routes.commandRefusal(ctx.channel(), request)
                            .or(() -> body.refusal(request))
                            .orElse(null)
                    : HttpResponseStatus.METHOD_NOT_ALLOWED;
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
        if (cause instanceof IOException || cause.getCause() instanceof SSLException) {
            LOG.debug("lost {}: {}", Addresses.text(ctx.channel().remoteAddress()), cause.getMessage());
        } else {
            LOG.warn("closing {}", Addresses.text(ctx.channel().remoteAddress()), cause);
        }
        Farewell.cut(ctx.channel());
    }
}
