package io.weir.proxyengine.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A certificate for one host with the chain to show for it and the key. Immutable.
 *
 * @param name a DNS name in lower case, or an IP address
 * @param chain the leaf first; without a root
 */
public record Leaf(String name, List<X509Certificate> chain, PrivateKey key) {
    /** Keeps a copy of the chain. */
    public Leaf {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("a leaf has at least its own certificate");
        }
    }

    X509Certificate certificate() {
        return chain.get(0);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "Leaf[" + name + "]";
    }
}
