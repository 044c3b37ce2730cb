package io.weir.launcher.config;

import static io.weir.launcher.config.Applied.RELOAD;
import static io.weir.launcher.config.Applied.RELOAD_IF_SECURE;
import static io.weir.launcher.config.Applied.RESTART;
import static io.weir.launcher.config.Terms.NONE;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The keys of the section gateway: where the dashboard and its API are. See {@link Keys}. Immutable. */
public final class GatewayKeys {
    static final Key<InetSocketAddress> LISTEN = Key.one(
                    "gateway.listen", Types.ADDRESS, "127.0.0.1:9090", RESTART, "Where the dashboard and its API are.")
            .option("--gateway", "HOST:PORT");
    static final Key<Optional<Path>> CERT = Key.one(
                    "gateway.cert",
                    Types.orWord(NONE, Types.PATH),
                    NONE,
                    RELOAD_IF_SECURE,
                    "PEM file with the gateway's certificate and those that signed it: it is then reached over https only.")
            .option("--gateway-cert", "FILE");
    static final Key<Optional<Path>> KEY = Key.one(
                    "gateway.key",
                    Types.orWord(NONE, Types.PATH),
                    NONE,
                    RELOAD_IF_SECURE,
                    "PEM file with that certificate's private key.")
            .option("--gateway-key", "FILE");
    public static final Key<List<String>> ALLOW = Key.list(
                    "gateway.allow",
                    Types.HOST_AND_PORT,
                    RELOAD,
                    "Further names that browsers reach the gateway by, as behind a reverse proxy. Without a port, 80 and 443 are meant.")
            .option("--gateway-allow", "HOST[:PORT]");
    static final Key<Boolean> ALLOW_PLAIN = Key.one(
                    "gateway.allow-plain",
                    Types.FLAG,
                    "false",
                    RESTART,
                    "Let the gateway listen on addresses other than loopback without TLS.")
            .option("--gateway-allow-plain", "");

    /** All of them, in the order in which they are shown. */
    static final List<Key<?>> ROWS = List.of(LISTEN, CERT, KEY, ALLOW, ALLOW_PLAIN);

    private GatewayKeys() {}
}
