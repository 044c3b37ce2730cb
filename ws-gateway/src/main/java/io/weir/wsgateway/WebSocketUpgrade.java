package io.weir.wsgateway;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.regex.Pattern;

/**
 * Turns an HTTP connection into that of a dashboard: the one step that changes its protocol. Event loop of the gateway.
 *
 * <p>No extension is agreed to, compression among them: what a client says is never inflated.
 */
final class WebSocketUpgrade {
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{22}==");

    private final Ledger ledger;
    private final SessionControl sessions;
    private final Subscriptions subscriptions;
    private final GatewayLimits limits;
    private final CommandReader commands;
    private final WebSocketDecoderConfig decoder;

    WebSocketUpgrade(Ledger ledger, SessionControl sessions, Subscriptions subscriptions, GatewayLimits limits) {
        this.ledger = ledger;
        this.sessions = sessions;
        this.subscriptions = subscriptions;
        this.limits = limits;
        this.commands = new CommandReader(limits.maxMessageBytes());
        this.decoder = WebSocketDecoderConfig.newBuilder()
                .maxFramePayloadLength(limits.maxMessageBytes())
                .allowExtensions(false)
                .allowMaskMismatch(false)
                .expectMaskedFrames(true)
                .closeOnProtocolViolation(false) // said by the last handler, so that it is heard
                .build();
    }

    /** Answers with 101 if the request is what that takes. */
    void open(ChannelHandlerContext ctx, HttpRequest request) {
        HttpHeaders headers = request.headers();
        if (!request.method().equals(HttpMethod.GET) || !isUpgrade(headers)) {
            Replies.refuse(ctx.channel(), HttpResponseStatus.UPGRADE_REQUIRED);
        } else if (!KEY.matcher(headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY, ""))
                .matches()) {
            Replies.refuse(ctx.channel(), HttpResponseStatus.BAD_REQUEST);
        } else if (!subscriptions.haveRoom()) {
            Replies.refuse(ctx.channel(), HttpResponseStatus.SERVICE_UNAVAILABLE);
        } else {
            upgrade(ctx, request);
        }
    }

    private static boolean isUpgrade(HttpHeaders headers) {
        return headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                && headers.contains(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                && headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "").equals("13");
    }

    private void upgrade(ChannelHandlerContext ctx, HttpRequest request) {
        Client client = new Client(ctx.channel(), ledger);
        ChannelPipeline pipeline = ctx.pipeline();
        pipeline.remove(IdleStateHandler.class);
        pipeline.remove(RequestGuard.class);
        pipeline.addLast(
                new FrameBudget(limits.maxMessagesPerSecond()),
                new Heartbeat(limits.pingPeriod()),
                new StallGuard(limits.stallLimit()),
                new Utf8FrameValidator(false),
                new WebSocketFrameAggregator(limits.maxMessageBytes()),
                new ClientHandler(client, subscriptions, commands, sessions));
        subscriptions.joined(client);
        new WebSocketServerHandshaker13(request.uri(), null, decoder)
                .handshake(
                        ctx.channel(),
                        complete(request),
                        Replies.securityHeaders(null),
                        ctx.channel().newPromise())
                .addListener(opened -> {
                    if (!opened.isSuccess()) {
                        ctx.pipeline().fireExceptionCaught(opened.cause());
                    }
                });
    }

    /** The request with its body, which is empty; else the handshaker would wait for one. */
    private static FullHttpRequest complete(HttpRequest request) {
        return new DefaultFullHttpRequest(
                request.protocolVersion(),
                request.method(),
                request.uri(),
                Unpooled.EMPTY_BUFFER,
                request.headers(),
                EmptyHttpHeaders.INSTANCE);
    }
}
