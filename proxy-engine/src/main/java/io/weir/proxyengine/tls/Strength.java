package io.weir.proxyengine.tls;

import java.security.PublicKey;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.X509Certificate;
import java.security.interfaces.DSAPublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses certificates whose key or signature can be forged, which the JDK still takes from CAs that are not its own: RSA below 2048 bits,
 * EC below 224, DSA, MD5 and SHA-1. Asked about each certificate of a path but the trust anchor, whose signature means nothing. The JDK
 * clones it for each path.
 */
final class Strength extends PKIXCertPathChecker {
    private static final int RSA_MIN = 2048;
    private static final int EC_MIN = 224;

    /** What is weak about a certificate, for people. */
    record Weakness(TlsFailure.Kind kind, String what) {}

    static @Nullable Weakness of(X509Certificate certificate) {
        String key = weakKey(certificate.getPublicKey());
        if (key != null) {
            return new Weakness(TlsFailure.Kind.WEAK_KEY, "has a weak key (" + key + ")");
        }
        String algorithm = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        for (String weak : new String[] {"MD2", "MD5", "SHA1", "SHA-1"}) {
            if (algorithm.startsWith(weak)) {
                return new Weakness(TlsFailure.Kind.WEAK_SIGNATURE, "has a weak signature (" + weak + ")");
            }
        }
        return null;
    }

    private static @Nullable String weakKey(PublicKey key) {
        if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < RSA_MIN) {
            return "RSA of " + rsa.getModulus().bitLength() + " bits";
        }
        if (key instanceof ECPublicKey ec && ec.getParams().getOrder().bitLength() < EC_MIN) {
            return "EC of " + ec.getParams().getOrder().bitLength() + " bits";
        }
        return key instanceof DSAPublicKey ? "DSA" : null;
    }

    @Override
    public void init(boolean forward) {}

    @Override
    public boolean isForwardCheckingSupported() {
        return true;
    }

    @Override
    public @Nullable Set<String> getSupportedExtensions() {
        return null;
    }

    @Override
    public void check(Certificate certificate, Collection<String> unresolvedCriticalExtensions)
            throws CertPathValidatorException {
        if (certificate instanceof X509Certificate x509) {
            Weakness weakness = of(x509);
            if (weakness != null) {
                throw new CertPathValidatorException(
                        weakness.what(), null, null, -1, CertPathValidatorException.BasicReason.ALGORITHM_CONSTRAINED);
            }
        }
    }
}
