package io.weir.proxyengine.tls;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/** The CAs that origins' certificates may come from: those of the JDK ({@code javax.net.ssl.trustStore} names others) and configured ones. */
final class TrustAnchors {
    private TrustAnchors() {}

    /** The JDK's verification with these anchors and {@link Strength}; revocation is not looked up. */
    static X509ExtendedTrustManager withThoseOfTheJdk(List<X509Certificate> further) {
        try {
            TrustManagerFactory defaults = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            defaults.init((KeyStore) null);
            Set<TrustAnchor> anchors = new HashSet<>();
            for (TrustManager each : defaults.getTrustManagers()) {
                if (each instanceof X509TrustManager manager) {
                    add(anchors, List.of(manager.getAcceptedIssuers()));
                }
            }
            add(anchors, further);
            return verifying(anchors);
        } catch (GeneralSecurityException e) {
            throw new TlsException("the CAs to trust can't be set up: " + e.getMessage(), e);
        }
    }

    /** The same with these anchors only. */
    static X509ExtendedTrustManager only(List<X509Certificate> anchors) {
        try {
            Set<TrustAnchor> all = new HashSet<>();
            add(all, anchors);
            return verifying(all);
        } catch (GeneralSecurityException e) {
            throw new TlsException("the CAs to trust can't be set up: " + e.getMessage(), e);
        }
    }

    private static void add(Set<TrustAnchor> anchors, List<X509Certificate> certificates) {
        for (X509Certificate each : certificates) {
            anchors.add(new TrustAnchor(each, null));
        }
    }

    private static X509ExtendedTrustManager verifying(Set<TrustAnchor> anchors) throws GeneralSecurityException {
        var parameters = new PKIXBuilderParameters(anchors, null);
        parameters.setRevocationEnabled(false);
        parameters.addCertPathChecker(new Strength());
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        for (TrustManager each : factory.getTrustManagers()) {
            if (each instanceof X509ExtendedTrustManager manager) {
                return manager;
            }
        }
        throw new TlsException("this JDK has no X.509 verification for TLS");
    }
}
