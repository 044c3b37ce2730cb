package io.weir.launcher;

import io.weir.proxyengine.AccessConfig;
import io.weir.proxyengine.Network;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code weir proxy} that say who may use it. Read once, at the start. */
final class AccessOptions {
    @Option(
            names = "--users",
            paramLabel = "FILE",
            description = {
                "Ask clients for a user and a password of this file: lines of name:hash, bcrypt or argon2id (htpasswd -B).",
                "Edit it with weir user; a change counts within seconds."
            })
    private @Nullable Path users;

    @Option(
            names = "--no-auth-from",
            paramLabel = "NETWORK",
            split = ",",
            description = "From where clients need no user: 10.0.0.0/8 or 2001:db8::/32, or an address.")
    private List<String> exempt = List.of();

    @Option(
            names = "--auth-realm",
            paramLabel = "TEXT",
            defaultValue = AccessConfig.REALM,
            description = "What a client shows to whom it asks for the password.")
    private String realm = AccessConfig.REALM;

    /**
     * Who may use the proxy; null if everybody may.
     *
     * @throws RuntimeException saying what is wrong with the options
     */
    @Nullable AccessConfig config() {
        if (users == null) {
            if (!exempt.isEmpty()) {
                throw new NodeException("--no-auth-from says who needs no user of --users: say both");
            }
            return null;
        }
        return new AccessConfig(users, exempt.stream().map(Network::parse).toList(), realm);
    }
}
