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
 * @param tls what it shows of itself, so that it is reached over TLS only; null to be reached without
 * @param allowPlain whether it may be reached from other machines although it is without TLS
 */
public record GatewayConfig(
        InetSocketAddress listen,
        List<String> allowedHosts,
        GatewayToken token,
        @Nullable Path bodies,
        @Nullable PublishedCertificate certificate,
        @Nullable GatewayTls tls,
        boolean allowPlain) {
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
        this(listen, allowedHosts, token, null, null, null, false);
    }

    /** A gateway that is reached under its own address and loopback names only. */
    public static GatewayConfig of(InetSocketAddress listen, GatewayToken token) {
        return new GatewayConfig(listen, List.of(), token);
    }

    /** The same, showing the bodies that are stored in that folder. */
    public GatewayConfig withBodies(Path folder) {
        return new GatewayConfig(listen, allowedHosts, token, folder, certificate, tls, allowPlain);
    }

    /** The same, handing out that certificate. */
    public GatewayConfig withCertificate(PublishedCertificate published) {
        return new GatewayConfig(listen, allowedHosts, token, bodies, published, tls, allowPlain);
    }

    /** The same, reached over TLS only. */
    public GatewayConfig withTls(GatewayTls shown) {
        return new GatewayConfig(listen, allowedHosts, token, bodies, certificate, shown, allowPlain);
    }

    /** The same, which may be reached from other machines without TLS: something else protects the way. */
    public GatewayConfig withPlainAllowed() {
        return new GatewayConfig(listen, allowedHosts, token, bodies, certificate, tls, true);
    }

    /** Refuses to send the token and all that is shown over a network where others can read it, unless somebody said so. */
    void requireSafety() {
        if (tls == null && !allowPlain && !listen.getAddress().isLoopbackAddress()) {
            throw new GatewayException("the gateway at " + Addresses.text(listen)
                    + " would be reached from other machines without TLS, so that its token can be read on the way; give"
                    + " --gateway-cert and --gateway-key, listen on 127.0.0.1, or say --gateway-allow-plain if something"
                    + " else protects the way");
        }
    }
}
