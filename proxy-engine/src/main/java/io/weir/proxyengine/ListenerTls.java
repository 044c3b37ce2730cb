package io.weir.proxyengine;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * With what a listener speaks TLS. The files are read at the start, and again when they change. Immutable.
 *
 * @param certificate PEM: the listener's certificate, and those that lead to its CA
 * @param key PEM: its private key, PKCS #8, not encrypted
 * @param clientCa PEM: the CAs whose certificates clients may show; null if clients are not asked for one
 * @param clientMust whether a client without such a certificate is turned away
 */
public record ListenerTls(
        Path certificate, Path key, @Nullable Path clientCa, boolean clientMust) {
    /**
     * Checks.
     *
     * @throws EngineException if a certificate is required of clients and no CA is named
     */
    public ListenerTls {
        if (clientMust && clientCa == null) {
            throw new EngineException("clients must show a certificate, but no CA is named that could have signed it");
        }
    }
}
