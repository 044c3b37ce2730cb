package io.weir.proxyengine.tls;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows each connection the leaf that was meant for it, all of one context. Any thread.
 *
 * <p>What both TLS providers hand to a key manager of what we gave an engine is the name of its peer, the very same {@code String}: its
 * identity leads to the leaf, and the leaf is forgotten with the engine. Providers then ask for the chain and the key of an alias. An alias
 * stands for one leaf for ever, so that what a provider has made of it (BoringSSL parses PEM, which costs as much as the handshake) can be
 * kept; the {@value #ALIASES_MAX} that were chosen last are known here. One that is not any more has no chain, by which the provider's cache,
 * of twice the size, learns what to let go.
 */
final class LeafKeys extends X509ExtendedKeyManager {
    static final int ALIASES_MAX = 512;

    private final Cache<String, Leaf> byPeer =
            Caffeine.newBuilder().weakKeys().executor(Runnable::run).build(); // weak keys are compared by identity
    private final Map<String, Leaf> byAlias = new LinkedHashMap<>(); // guarded by itself

    /** A name of the peer for an engine that is to show {@code leaf}. */
    String peer(Leaf leaf) {
        String unique = HostName.withOwnIdentity(leaf.name());
        byPeer.put(unique, leaf);
        return unique;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        String peer = engine == null ? null : engine.getPeerHost();
        Leaf leaf = peer == null ? null : byPeer.getIfPresent(peer);
        if (leaf == null || !keyType.startsWith("EC")) {
            return null;
        }
        String alias = leaf.name() + '#' + leaf.certificate().getSerialNumber().toString(36);
        synchronized (byAlias) {
            byAlias.remove(alias); // it moves to the end
            byAlias.put(alias, leaf);
            if (byAlias.size() > ALIASES_MAX) {
                byAlias.remove(byAlias.keySet().iterator().next());
            }
        }
        return alias;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        Leaf leaf = leaf(alias);
        return leaf == null ? null : leaf.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        Leaf leaf = leaf(alias);
        return leaf == null ? null : leaf.key();
    }

    private @Nullable Leaf leaf(String alias) {
        synchronized (byAlias) {
            return byAlias.get(alias);
        }
    }

    /** Engines that have not gone. */
    long peers() {
        byPeer.cleanUp();
        return byPeer.estimatedSize();
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
}
