package io.weir.proxyengine;

import io.weir.proxyengine.rules.Asked;
import io.weir.proxyengine.rules.Scheme;
import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A URL as a client of the proxy would ask for it, for people who want to know what the rules say. Immutable.
 *
 * @param scheme how it is asked for: a tunnel, if it is not plain HTTP
 * @param host as a request has it, as strictly parsed
 * @param holdsRequest whether a request is in the tunnel, which a proxy that intercepts sees
 */
public record AskedUrl(Scheme scheme, String host, int port, boolean holdsRequest) {
    /**
     * Parses {@code http://host/}, {@code https://host/}, {@code socks5://host:port}, or {@code host:port}, which is a CONNECT.
     *
     * @throws EngineException if it is none
     */
    public static AskedUrl parse(String url) {
        int colon = url.indexOf("://");
        String scheme = colon < 0 ? "connect" : url.substring(0, colon).toLowerCase(Locale.ROOT);
        int from = colon < 0 ? 0 : colon + 3;
        int to = from;
        while (to < url.length() && "/?#".indexOf(url.charAt(to)) < 0) {
            to++;
        }
        String authority = url.substring(from, to);
        AskedUrl asked = switch (scheme) {
            case "http" -> of(Scheme.HTTP, Authority.parse(authority, 80), false);
            case "https" -> of(Scheme.CONNECT, Authority.parse(authority, 443), true);
            case "socks", "socks4", "socks4a", "socks5", "socks5h" ->
                of(Scheme.SOCKS, Authority.parse(authority, 0), false);
            case "connect" -> of(Scheme.CONNECT, Authority.parse(authority, 0), false);
            default -> null;
        };
        if (asked == null) {
            throw new EngineException(
                    "'" + Printable.of(url, 200)
                            + "' is nothing that a client can ask for: write http://host/, https://host/, socks5://host:port or host:port");
        }
        return asked;
    }

    private static @Nullable AskedUrl of(Scheme scheme, @Nullable Authority authority, boolean holdsRequest) {
        return authority == null ? null : new AskedUrl(scheme, authority.host(), authority.port(), holdsRequest);
    }

    /** As rules see it. */
    public Asked asked(String method, String user, InetAddress client, String listener) {
        return new Asked(scheme, scheme == Scheme.HTTP ? method : "CONNECT", host, port, user, client, listener);
    }

    /** As they see the request in the tunnel. */
    public Asked inside(String method, String user, InetAddress client, String listener) {
        return new Asked(Scheme.HTTPS, method, host, port, user, client, listener);
    }
}
