package io.weir.launcher;

import io.weir.launcher.config.SocketAddressConverter;
import io.weir.wsgateway.GatewayConfig;
import io.weir.wsgateway.GatewayTls;
import io.weir.wsgateway.GatewayToken;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code weir replay --serve} that say how the gateway is reached. Read once, at the start. */
final class GatewayOptions {
    @Option(
            names = "--gateway",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9090",
            converter = SocketAddressConverter.class,
            description = "Where the dashboard and its API are.")
    private InetSocketAddress listen = InetSocketAddress.createUnresolved("127.0.0.1", 0);

    @Option(
            names = "--gateway-cert",
            paramLabel = "FILE",
            description =
                    "PEM file with the gateway's certificate and those that signed it: it is then reached over https only.")
    private @Nullable Path certificate;

    @Option(names = "--gateway-key", paramLabel = "FILE", description = "PEM file with that certificate's private key.")
    private @Nullable Path key;

    @Option(
            names = "--gateway-allow",
            paramLabel = "HOST[:PORT]",
            description = {
                "A further name that browsers reach the gateway by, as behind a reverse proxy; may be repeated.",
                "Without a port, 80 and 443 are meant."
            })
    private List<String> names = List.of();

    @Option(
            names = "--gateway-allow-plain",
            description = "Let the gateway listen on addresses other than loopback without TLS.")
    private boolean allowPlain;

    /**
     * What the gateway is started with.
     *
     * @throws RuntimeException if the options contradict each other, or the certificate can't be used; it says what to do
     */
    GatewayConfig config(GatewayToken token) {
        GatewayConfig config = new GatewayConfig(listen, names, token);
        if (allowPlain) {
            config = config.withPlainAllowed();
        }
        Path chain = certificate;
        Path privateKey = key;
        if (chain == null && privateKey == null) {
            return config;
        }
        if (chain == null || privateKey == null) {
            throw new NodeException("--gateway-cert and --gateway-key go together; "
                    + (chain == null ? "--gateway-cert" : "--gateway-key") + " is missing");
        }
        return config.withTls(GatewayTls.load(chain, privateKey));
    }
}
