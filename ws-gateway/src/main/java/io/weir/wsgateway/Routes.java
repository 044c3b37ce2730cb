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
    private final Assets assets;
    private final CertificatePage certificate;
    private final GatewayConfig config;
    private final Doorkeeper doorkeeper;
    private final HttpApi api;
    private final SessionsApi sessions;
    private final ExchangesApi exchanges;
    private final PastApi past;
    private final CommandsApi commands;
    private final ReplayApi replay;
    private final ConfigApi settings;
    private final RulesApi rules;
    private final StoredBodies bodies;
    private final MetricsPage metrics;
    private final WebSocketUpgrade upgrade;

    Routes(
            GatewayConfig config,
            Doorkeeper doorkeeper,
            HttpApi api,
            SessionsApi sessions,
            ExchangesApi exchanges,
            PastApi past,
            CommandsApi commands,
            ReplayApi replay,
            ConfigApi settings,
            RulesApi rules,
            StoredBodies bodies,
            MetricsPage metrics,
            WebSocketUpgrade upgrade) {
        this.assets = new Assets(config.certificate() != null);
        this.certificate = new CertificatePage(config.certificate());
        this.config = config;
        this.doorkeeper = doorkeeper;
        this.api = api;
        this.sessions = sessions;
        this.exchanges = exchanges;
        this.past = past;
        this.commands = commands;
        this.replay = replay;
        this.settings = settings;
        this.rules = rules;
        this.bodies = bodies;
        this.metrics = metrics;
        this.upgrade = upgrade;
    }

    /** Whether it is a command: by its path or, where there is something to read as well, by its method. */
    boolean isCommand(HttpRequest request) {
        return command(request).isPresent();
    }

    /** Whether a command comes by the method that its path takes commands by. */
    boolean allowsMethod(HttpRequest request) {
        return command(request)
                .map(endpoint -> endpoint.isCommandBy(request.method()))
                .orElse(false);
    }

    /** For the body of a request; it takes what its path and method allow. */
    RequestBody bodyOf(HttpRequest request) {
        Endpoint endpoint = command(request).orElse(Endpoint.CLOSE);
        return new RequestBody(endpoint.maxBodyBytes(), endpoint.takesYaml());
    }

    private static Optional<Endpoint> command(HttpRequest request) {
        return Endpoint.at(new QueryStringDecoder(request.uri()).rawPath())
                .map(Endpoint.Match::endpoint)
                .filter(endpoint -> endpoint.isCommand() || endpoint.isCommandBy(request.method()));
    }

    /** Why a command is refused, by its head; empty if its body may come. */
    Optional<HttpResponseStatus> commandRefusal(Channel channel, HttpRequest request) {
        try {
            return doorkeeper.commandRefusal(channel, request, new QueryStringDecoder(request.uri()));
        } catch (IllegalArgumentException e) {
            return Optional.of(HttpResponseStatus.BAD_REQUEST); // an escape in the target is malformed
        }
    }

    /** Answers a request that is whole; the body is empty unless it is a command that was not refused. */
    void answer(ChannelHandlerContext ctx, HttpRequest request, byte[] body) {
        try {
            answer(ctx, request, new QueryStringDecoder(request.uri()), body);
        } catch (BadQuestionException e) {
            Replies.refuse(ctx.channel(), HttpResponseStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            Replies.refuse(ctx.channel(), HttpResponseStatus.BAD_REQUEST); // an escape in the target is malformed
        }
    }

    private void answer(ChannelHandlerContext ctx, HttpRequest request, QueryStringDecoder target, byte[] body)
            throws BadQuestionException {
        Channel channel = ctx.channel();
        String path = target.rawPath();
        if (path.equals("/healthz")) {
            api.sendHealth(channel);
        } else if (path.equals("/readyz")) {
            api.sendReadiness(channel);
        } else if (path.equals("/start")) {
            open(ctx, request, target);
        } else if (CertificatePage.isOurs(path)) {
            certificate.send(channel, path);
        } else if (assets.has(path) && !target.parameters().containsKey("token")) {
            assets.send(channel, path, request.headers().get(HttpHeaderNames.HOST));
        } else if (isCommand(request)) { // who may was asked before the body was read
            carryOut(channel, request, body);
        } else {
            answerKnown(channel, request, target);
        }
    }

    private void carryOut(Channel channel, HttpRequest request, byte[] body) throws BadQuestionException {
        Endpoint endpoint = command(request).orElseThrow();
        if (endpoint == Endpoint.REPLAY) {
            replay.command(channel, body);
        } else if (endpoint == Endpoint.CONFIG) {
            settings.replace(channel, request, body);
        } else if (endpoint == Endpoint.RULES_TEST) {
            rules.test(channel, body);
        } else {
            commands.close(channel, body);
        }
    }

    private void open(ChannelHandlerContext ctx, HttpRequest request, QueryStringDecoder target) {
        doorkeeper
                .upgradeRefusal(ctx.channel(), request, target)
                .ifPresentOrElse(status -> Replies.refuse(ctx.channel(), status), () -> upgrade.open(ctx, request));
    }

    private void answerKnown(Channel channel, HttpRequest request, QueryStringDecoder target)
            throws BadQuestionException {
        Optional<HttpResponseStatus> refusal = doorkeeper.refusal(channel, request, target);
        if (refusal.isPresent()) {
            Replies.refuse(channel, refusal.get());
            return;
        }
        String path = target.rawPath();
        Optional<Endpoint.Match> match = Endpoint.at(path);
        if (match.isPresent()) {
            answer(channel, request, target, match.get());
        } else if (path.equals("/")) {
            Replies.welcome(channel, Doorkeeper.cookieName(channel), config.token(), config.tls() != null);
        } else {
            Replies.refuse(channel, HttpResponseStatus.NOT_FOUND);
        }
    }

    private void answer(Channel channel, HttpRequest request, QueryStringDecoder target, Endpoint.Match match)
            throws BadQuestionException {
        switch (match.endpoint()) {
            case BUILD -> api.sendBuild(channel);
            case DESCRIPTION -> api.sendDescription(channel);
            case TOTALS -> api.sendTotals(channel);
            case SESSIONS -> sessions.sendSessions(channel, target);
            case SESSION -> sessions.sendSession(channel, match.part(), target);
            case TIMELINE -> sessions.sendTimeline(channel, match.part(), target);
            case EXCHANGES -> exchanges.sendExchanges(channel, target);
            case PAST -> past.sendState(channel, target);
            case REPLAY -> replay.sendState(channel);
            case CONFIG -> settings.send(channel);
            case RULES -> rules.send(channel);
            case METRICS -> metrics.send(channel);
            case BODY -> bodies.send(channel, request, match.part());
            case HEALTH, READY, CLOSE, RULES_TEST -> throw new IllegalStateException("answered before: " + match);
        }
    }
}
