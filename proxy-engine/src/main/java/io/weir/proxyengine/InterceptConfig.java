package io.weir.proxyengine;

import io.weir.proxyengine.bodies.BodyStoreConfig;
import io.weir.proxyengine.tls.CertificateAuthority;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is intercepted, and how. Immutable.
 *
 * @param authority whose certificates clients are shown
 * @param include hosts whose tunnels and plain requests are read
 * @param exclude hosts that are not, although they are included
 * @param unverified hosts whose certificate is not checked
 * @param trust authorities of origins besides those of the JDK
 * @param capture hosts of which bodies are stored
 * @param bodies how bodies are stored; null if none are
 * @param redaction what of an exchange is not written down
 * @param bypass how long a host is passed on unread that interception would break
 */
public record InterceptConfig(
        CertificateAuthority authority,
        HostPatterns include,
        HostPatterns exclude,
        HostPatterns unverified,
        List<X509Certificate> trust,
        HostPatterns capture,
        @Nullable BodyStoreConfig bodies,
        Redaction redaction,
        Duration bypass) {
    /** How long a host is passed on by default. */
    public static final Duration BYPASS = Duration.ofMinutes(10);

    /**
     * Checks.
     *
     * @throws EngineException naming what is wrong
     */
    public InterceptConfig {
        trust = List.copyOf(trust);
        if (bypass.toMillis() <= 0) {
            throw new EngineException("a host is passed on for a time longer than " + bypass);
        }
        if (!capture.isEmpty() && bodies == null) {
            throw new EngineException("bodies cannot be captured without a store for them");
        }
    }

    /** Everything is intercepted, nothing is captured. */
    public static InterceptConfig all(CertificateAuthority authority) {
        return new InterceptConfig(
                authority,
                HostPatterns.parse(List.of("*")),
                HostPatterns.NONE,
                HostPatterns.NONE,
                List.of(),
                HostPatterns.NONE,
                null,
                Redaction.defaults(),
                BYPASS);
    }

    /** The same with other authorities to trust. */
    public InterceptConfig trusting(List<X509Certificate> authorities) {
        return new InterceptConfig(
                authority, include, exclude, unverified, authorities, capture, bodies, redaction, bypass);
    }
}
