package io.weir.wsgateway;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway is reached, and by whom. Immutable, checked.
 *
 * @param listen where to listen; port 0 takes a free one
 * @param allowedHosts further {@code host} or {@code host:port} that browsers reach the gateway as, for a reverse proxy or
 *     a forwarded port; loopback names and the address of the connection itself are always allowed
 * @param token what a client must present
 * @param bodies the folder with the stored bodies of exchanges; null if none are shown. It need not be there yet
 * @param certificate to be handed to clients; null while nothing is intercepted
 */
public record GatewayConfig(
        InetSocketAddress listen,
        List<String> allowedHosts,
        GatewayToken token,
        @Nullable Path bodies,
        @Nullable PublishedCertificate certificate) {
    /**
     * Checks every part.
     *
     * @throws GatewayException if the address is unknown or a host is malformed
     */
    public GatewayConfig {
        allowedHosts = List.copyOf(allowedHosts);
        if (listen.isUnresolved()) {
            throw new GatewayException(
                    "cannot listen on " + Addresses.text(listen) + ": unknown host; choose another with --gateway");
        }
        for (String host : allowedHosts) {
            if (Authority.parse(host, 0).isEmpty()) {
                throw new GatewayException("gateway: allowed host '" + host + "' is neither host nor host:port");
            }
        }
    }

    /** A gateway that shows no bodies and hands out no certificate. Throws as the other does. */
    public GatewayConfig(InetSocketAddress listen, List<String> allowedHosts, GatewayToken token) {
        this(listen, allowedHosts, token, null, null);
    }

    /** A gateway that is reached under its own address and loopback names only. */
    public static GatewayConfig of(InetSocketAddress listen, GatewayToken token) {
        return new GatewayConfig(listen, List.of(), token);
    }

    /** The same, showing the bodies that are stored in that folder. */
    public GatewayConfig withBodies(Path folder) {
        return new GatewayConfig(listen, allowedHosts, token, folder, certificate);
    }

    /** The same, handing out that certificate. */
    public GatewayConfig withCertificate(PublishedCertificate published) {
        return new GatewayConfig(listen, allowedHosts, token, bodies, published);
    }
}
