package io.weir.proxyengine.tls;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Has no certificate for any origin, and notes which one asked for one. Any thread.
 *
 * <p>It knows an engine by the name of its peer, which both TLS providers pass on as the very same {@code String}; a note is gone with it.
 */
final class ReportingKeys extends X509ExtendedKeyManager {
    private final Cache<String, Boolean> asked =
            Caffeine.newBuilder().weakKeys().executor(Runnable::run).build(); // weak keys are compared by identity

    boolean wereAskedFor(SSLEngine engine) {
        String peer = engine.getPeerHost();
        return peer != null && asked.getIfPresent(peer) != null;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        String peer = engine == null ? null : engine.getPeerHost();
        if (peer != null) {
            asked.put(peer, true);
        }
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return null;
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return null;
    }
}
