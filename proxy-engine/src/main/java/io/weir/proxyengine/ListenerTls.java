package io.weir.proxyengine;

import io.weir.proxyengine.tls.ClientName;
import io.weir.proxyengine.tls.ProxyTls;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * With what a listener speaks TLS. The files are read at the start, and again when they change. Immutable.
 *
 * @param certificate PEM: the listener's certificate, and those that lead to its CA
 * @param key PEM: its private key, PKCS #8, not encrypted
 * @param clientCa PEM: the CAs whose certificates clients may show; null if clients are not asked for one
 * @param clientMust whether a client without such a certificate is turned away
 * @param clientUser what of a client's certificate says who its user is
 */
public record ListenerTls(
        Path certificate, Path key, @Nullable Path clientCa, boolean clientMust, ClientName clientUser) {
    /**
     * Checks.
     *
     * @throws EngineException if a certificate is required of clients, or is to name users, and no CA is named
     */
    public ListenerTls {
        if (clientMust && clientCa == null) {
            throw new EngineException("clients must show a certificate, but no CA is named that could have signed it");
        }
        if (clientUser != ClientName.NONE && clientCa == null) {
            throw new EngineException(
                    "certificates are to say who clients are, but no CA is named that could have signed them");
        }
    }

    /**
     * Reads the files.
     *
     * @throws io.weir.proxyengine.tls.TlsException if one cannot be used, naming it
     */
    public ProxyTls open() {
        return ProxyTls.open(certificate, key, clientCa, clientMust);
    }

    /** With certificates that say nothing of users. */
    public ListenerTls(Path certificate, Path key, @Nullable Path clientCa, boolean clientMust) {
        this(certificate, key, clientCa, clientMust, ClientName.NONE);
    }
}
