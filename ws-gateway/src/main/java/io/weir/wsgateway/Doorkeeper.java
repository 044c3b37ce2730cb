package io.weir.wsgateway;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * Decides whether a request may have what it asks for: the right token, and for a WebSocket a page of ours. Event loop of
 * the gateway.
 */
final class Doorkeeper {
    private final GatewayToken token;
    private final AllowedHosts hosts;
    private final WrongTokens wrongTokens = new WrongTokens(System::nanoTime);

    Doorkeeper(GatewayConfig config) {
        this.token = config.token();
        this.hosts = new AllowedHosts(config.listen(), config.allowedHosts());
    }

    /** Whether the request names a host that we are known as. */
    boolean allowsHost(Channel channel, String host) {
        return hosts.allowsHost(host, local(channel));
    }

    /** Why a request for data is refused; empty if it may have it. */
    Optional<HttpResponseStatus> refusal(Channel channel, HttpRequest request, QueryStringDecoder target) {
        return check(channel, Credentials.of(request.headers(), target, cookieName(channel)));
    }

    /**
     * Why a WebSocket is refused; empty if it may be opened.
     *
     * <p>A browser sends the cookie whoever asks it to, and always says who that was: with a cookie the origin must be
     * there. Without one it may be missing, as tools leave it out, and must be right if it is there.
     */
    Optional<HttpResponseStatus> upgradeRefusal(Channel channel, HttpRequest request, QueryStringDecoder target) {
        List<String> origins = request.headers().getAll(HttpHeaderNames.ORIGIN);
        Optional<Credentials> credentials = Credentials.of(request.headers(), target, cookieName(channel));
        boolean mustSayOrigin = credentials.map(Credentials::fromCookie).orElse(false);
        boolean isOriginRight = origins.isEmpty()
                ? !mustSayOrigin
                : origins.size() == 1 && hosts.allowsOrigin(origins.get(0), local(channel));
        return isOriginRight ? check(channel, credentials) : Optional.of(HttpResponseStatus.FORBIDDEN);
    }

    /** The cookie's name has the port in it, since a browser shows a cookie to every port of a host. */
    static String cookieName(Channel channel) {
        return "weir-" + local(channel).getPort();
    }

    /** How many wrong tokens were presented since the start. */
    long wrongTokens() {
        return wrongTokens.count();
    }

    private Optional<HttpResponseStatus> check(Channel channel, Optional<Credentials> credentials) {
        if (credentials.isEmpty()) {
            return Optional.of(HttpResponseStatus.UNAUTHORIZED);
        }
        if (token.matches(credentials.get().token())) {
            return Optional.empty();
        }
        InetSocketAddress source = (InetSocketAddress) channel.remoteAddress();
        return Optional.of(
                wrongTokens.isOneTooMany(source.getAddress())
                        ? HttpResponseStatus.TOO_MANY_REQUESTS
                        : HttpResponseStatus.UNAUTHORIZED);
    }

    private static InetSocketAddress local(Channel channel) {
        return (InetSocketAddress) channel.localAddress();
    }
}
