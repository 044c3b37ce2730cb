package io.weir.wsgateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.cookie.Cookie;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import java.util.List;
import java.util.Optional;

/**
 * The token that a request carries and where it was found. Immutable.
 *
 * <p>What was put there on purpose, in the query or the {@code Authorization} header, goes before the cookie, which the
 * browser adds of its own accord.
 */
record Credentials(String token, boolean fromCookie) {
    private static final String BEARER = "Bearer ";

    /** What the request carries; empty if nothing, or if it says two things at once. */
    static Optional<Credentials> of(HttpHeaders headers, QueryStringDecoder target, String cookieName) {
        List<String> query = target.parameters().getOrDefault("token", List.of());
        List<String> authorization = headers.getAll(HttpHeaderNames.AUTHORIZATION);
        if (query.size() + authorization.size() > 1) {
            return Optional.empty();
        }
        if (!query.isEmpty()) {
            return Optional.of(new Credentials(query.get(0), false));
        }
        if (!authorization.isEmpty()) {
            return bearer(authorization.get(0));
        }
        return cookie(headers, cookieName);
    }

    private static Optional<Credentials> bearer(String authorization) {
        return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? Optional.of(
                        new Credentials(authorization.substring(BEARER.length()).strip(), false))
                : Optional.empty();
    }

    private static Optional<Credentials> cookie(HttpHeaders headers, String name) {
        for (String header : headers.getAll(HttpHeaderNames.COOKIE)) {
            for (Cookie cookie : ServerCookieDecoder.STRICT.decodeAll(header)) {
                if (cookie.name().equals(name)) {
                    return Optional.of(new Credentials(cookie.value(), true));
                }
            }
        }
        return Optional.empty();
    }
}
