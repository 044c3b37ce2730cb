package io.weir.wsgateway;

import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides which {@code Host} and {@code Origin} a request may carry. Immutable.
 *
 * <p>A name that an attacker can point at us (DNS rebinding) is never allowed: only loopback names with our own port, the
 * very address that the client connected to, the address of the configuration, and what the configuration adds. A missing
 * port stands for the scheme's, which behind a reverse proxy may be either.
 */
final class AllowedHosts {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final Pattern ORIGIN = Pattern.compile("(https?)://([^/?#@]+)");
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    private final boolean isTls;
    private final String listenHost;
    private final Set<Authority> added = new HashSet<>();

    /** @param isTls whether we are reached over TLS only, so that no page of ours came without */
    AllowedHosts(InetSocketAddress listen, List<String> added, boolean isTls) {
        this.isTls = isTls;
        this.listenHost = listen.getHostString().toLowerCase(Locale.ROOT);
        for (String text : added) {
            for (int port : new int[] {HTTP, HTTPS}) {
                Authority.parse(text, port).ifPresent(this.added::add);
            }
        }
    }

    /** Whether a request that arrived at {@code local} may name {@code header} as its host. */
    boolean allowsHost(String header, InetSocketAddress local) {
        return allows(Authority.parse(header, HTTP), local) || allows(Authority.parse(header, HTTPS), local);
    }

    /** Whether a page of the origin {@code header} may open a WebSocket or give a command at {@code local}. */
    boolean allowsOrigin(String header, InetSocketAddress local) {
        Matcher form = ORIGIN.matcher(header);
        return form.matches()
                && (form.group(1).equals("https") || !isTls)
                && allows(Authority.parse(form.group(2), form.group(1).equals("http") ? HTTP : HTTPS), local);
    }

    private boolean allows(Optional<Authority> parsed, InetSocketAddress local) {
        if (parsed.isEmpty()) {
            return false;
        }
        Authority authority = parsed.get();
        return added.contains(authority) || (authority.port() == local.getPort() && isOurs(authority.host(), local));
    }

    private boolean isOurs(String host, InetSocketAddress local) {
        return LOOPBACK.contains(host) || host.equals(listenHost) || host.equals(Addresses.host(local.getAddress()));
    }
}
