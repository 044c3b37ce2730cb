package io.weir.wsgateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.Optional;

/** Says who answers which path, and who may ask. Event loop of the gateway. */
final class Routes {
    private static final String BODIES = "/api/bodies/";

    private final Assets assets;
    private final CertificatePage certificate;
    private final GatewayToken token;
    private final Doorkeeper doorkeeper;
    private final HttpApi api;
    private final StoredBodies bodies;
    private final MetricsPage metrics;
    private final WebSocketUpgrade upgrade;

    Routes(
            GatewayConfig config,
            Doorkeeper doorkeeper,
            HttpApi api,
            StoredBodies bodies,
            MetricsPage metrics,
            WebSocketUpgrade upgrade) {
        this.assets = new Assets(config.certificate() != null);
        this.certificate = new CertificatePage(config.certificate());
        this.token = config.token();
        this.doorkeeper = doorkeeper;
        this.api = api;
        this.bodies = bodies;
        this.metrics = metrics;
        this.upgrade = upgrade;
    }

    void answer(ChannelHandlerContext ctx, HttpRequest request) {
        try {
            answer(ctx, request, new QueryStringDecoder(request.uri()));
        } catch (IllegalArgumentException e) {
            Replies.refuse(ctx.channel(), HttpResponseStatus.BAD_REQUEST); // an escape in the target is malformed
        }
    }

    private void answer(ChannelHandlerContext ctx, HttpRequest request, QueryStringDecoder target) {
        Channel channel = ctx.channel();
        String path = target.rawPath();
        if (path.equals("/healthz")) {
            api.sendHealth(channel);
        } else if (path.equals("/start")) {
            open(ctx, request, target);
        } else if (CertificatePage.isOurs(path)) {
            certificate.send(channel, path);
        } else if (assets.has(path) && !target.parameters().containsKey("token")) {
            assets.send(channel, path, request.headers().get(HttpHeaderNames.HOST));
        } else {
            Optional<HttpResponseStatus> refusal = doorkeeper.refusal(channel, request, target);
            refusal.ifPresentOrElse(
                    status -> Replies.refuse(channel, status), () -> answerKnown(channel, request, target));
        }
    }

    private void open(ChannelHandlerContext ctx, HttpRequest request, QueryStringDecoder target) {
        doorkeeper
                .upgradeRefusal(ctx.channel(), request, target)
                .ifPresentOrElse(status -> Replies.refuse(ctx.channel(), status), () -> upgrade.open(ctx, request));
    }

    private void answerKnown(Channel channel, HttpRequest request, QueryStringDecoder target) {
        String path = target.rawPath();
        if (path.startsWith(BODIES)) {
            bodies.send(channel, request, path.substring(BODIES.length()));
            return;
        }
        switch (path) {
            case "/" -> Replies.welcome(channel, Doorkeeper.cookieName(channel), token);
            case "/api/totals" -> api.sendTotals(channel);
            case "/api/sessions" -> api.sendSessions(channel, target);
            case "/api/exchanges" -> api.sendExchanges(channel, target);
            case "/metrics" -> metrics.send(channel);
            default -> Replies.refuse(channel, HttpResponseStatus.NOT_FOUND);
        }
    }
}
