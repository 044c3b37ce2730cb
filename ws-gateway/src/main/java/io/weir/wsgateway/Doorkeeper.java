package io.weir.wsgateway;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides whether a request may have what it asks for: the right token, and for a WebSocket a page of ours. Event loop of
 * the gateway.
 */
final class Doorkeeper {
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

    private final GatewayToken token;
    private final InetSocketAddress listen;
    private final boolean isTls;
    private volatile AllowedHosts hosts;
    private final WrongTokens wrongTokens = new WrongTokens(System::nanoTime);

    Doorkeeper(GatewayConfig config) {
        this.token = config.token();
        this.listen = config.listen();
        this.isTls = config.tls() != null;
        this.hosts = new AllowedHosts(listen, config.allowedHosts(), isTls);
    }

    /** Whether we are reached over TLS only. */
    boolean isTls() {
        return isTls;
    }

    /** Is known by these further names from now on. Any thread. */
    void allow(List<String> names) {
        hosts = new AllowedHosts(listen, names, isTls);
    }

    /** Whether the request names a host that we are known as. */
    boolean allowsHost(Channel channel, String host) {
        return hosts.allowsHost(host, local(channel));
    }

    /**
     * Why a request for data is refused; empty if it may have it.
     *
     * <p>A page of another port of this host is of the same site, so its requests carry the cookie. It can't read the
     * answer; but neither need it be worked out.
     */
    Optional<HttpResponseStatus> refusal(Channel channel, HttpRequest request, QueryStringDecoder target) {
        Optional<Credentials> credentials = Credentials.of(request.headers(), target, cookieName(channel));
        return isCookie(credentials) && isForeign(request)
                ? Optional.of(HttpResponseStatus.FORBIDDEN)
                : check(channel, credentials);
    }

    /** Why a command is refused; empty if it may be given. As of a WebSocket, and the browser must not call it foreign. */
    Optional<HttpResponseStatus> commandRefusal(Channel channel, HttpRequest request, QueryStringDecoder target) {
        return isForeign(request)
                ? Optional.of(HttpResponseStatus.FORBIDDEN)
                : upgradeRefusal(channel, request, target);
    }

    /** Whether a browser says that a page of another origin asks. */
    private static boolean isForeign(HttpRequest request) {
        return !OWN_SITES.containsAll(request.headers().getAll("Sec-Fetch-Site"));
    }

    private static boolean isCookie(Optional<Credentials> credentials) {
        return credentials.map(Credentials::fromCookie).orElse(false);
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
        boolean isOriginRight = origins.isEmpty()
                ? !isCookie(credentials)
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
