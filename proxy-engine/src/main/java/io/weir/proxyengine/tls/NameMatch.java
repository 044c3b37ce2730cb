package io.weir.proxyengine.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a certificate is for a DNS name with an underscore, which the JDK refuses to compare and browsers do not: equal to one of its DNS
 * names, or to one but for the first label where that is {@code *} (RFC 9525 §6.3). Stateless.
 */
final class NameMatch {
    private static final int SAN_DNS = 2;

    private NameMatch() {}

    static boolean isNeededFor(@Nullable String host) {
        return host != null && host.indexOf('_') >= 0;
    }

    static boolean matches(X509Certificate certificate, String host) {
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> each : alternatives) {
                    if (each.get(0).equals(SAN_DNS) && each.get(1) instanceof String name && isSame(name, host)) {
                        return true;
                    }
                }
            }
            return false;
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    /** A wildcard needs two labels below it at least. */
    private static boolean isSame(String name, String host) {
        if (!name.startsWith("*.")) {
            return name.equalsIgnoreCase(host);
        }
        int firstDot = host.indexOf('.');
        String parent = name.substring(1);
        return firstDot > 0 && parent.indexOf('.', 1) > 0 && parent.equalsIgnoreCase(host.substring(firstDot));
    }
}
