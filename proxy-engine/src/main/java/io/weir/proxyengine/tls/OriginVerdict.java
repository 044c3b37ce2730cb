package io.weir.proxyengine.tls;

import io.weir.proxyengine.tls.TlsFailure.Kind;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXReason;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says for people why the JDK did not accept what an origin showed. Stateless.
 *
 * <p>The JDK names a reason where it knew the path; where it found none, the certificates themselves tell more. Of what an origin wrote into
 * them only validated host names and dates are repeated.
 */
final class OriginVerdict {
    private static final int NAMES_SHOWN = 3;
    private static final int SAN_DNS = 2;
    private static final int SAN_ADDRESS = 7;
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String ANY_USAGE = "2.5.29.37.0";

    private OriginVerdict() {}

    static OriginRefused of(String host, X509Certificate[] chain, CertificateException cause, Instant now) {
        String subject = "the certificate of " + host;
        CertPathValidatorException path = find(CertPathValidatorException.class, cause);
        CertPathValidatorException.Reason reason = path == null ? BasicReason.UNSPECIFIED : path.getReason();
        if (reason == BasicReason.REVOKED) {
            return new OriginRefused(Kind.BAD_CERTIFICATE, subject + " was revoked", cause);
        }
        if (isNameMismatch(cause)) {
            return new OriginRefused(
                    Kind.WRONG_NAME, subject + " is " + names(chain[0]) + ", not for this host", cause);
        }
        boolean isSelfSigned = isSelfIssued(chain[0]);
        OriginRefused told = isSelfSigned && reason != BasicReason.EXPIRED && reason != BasicReason.NOT_YET_VALID
                ? null
                : ofChain(subject, chain, cause, now);
        if (told != null) {
            return told;
        }
        if (find(CertPathBuilderException.class, cause) != null || reason == PKIXReason.NO_TRUST_ANCHOR) {
            String how = isSelfSigned
                    ? " is self-signed and not trusted"
                    : " was signed by an issuer that is not trusted, or an intermediate certificate is missing";
            return new OriginRefused(Kind.UNKNOWN_ISSUER, subject + how, cause);
        }
        if (reason == BasicReason.ALGORITHM_CONSTRAINED) {
            return new OriginRefused(Kind.WEAK_SIGNATURE, subject + " uses an algorithm that is not accepted", cause);
        }
        return new OriginRefused(Kind.BAD_CERTIFICATE, subject + flaw(chain[0]), cause);
    }

    /** The first certificate of the chain with whose dates or strength something is wrong; roots are not our business. */
    private static @Nullable OriginRefused ofChain(
            String subject, X509Certificate[] chain, CertificateException cause, Instant now) {
        for (int i = 0; i < chain.length; i++) {
            X509Certificate each = chain[i];
            String which = i == 0 ? subject : "a certificate above " + subject;
            Instant start = each.getNotBefore().toInstant();
            Instant end = each.getNotAfter().toInstant();
            if (now.isAfter(end)) {
                return new OriginRefused(Kind.EXPIRED, which + " expired on " + date(end), cause);
            }
            if (now.isBefore(start)) {
                return new OriginRefused(Kind.NOT_YET_VALID, which + " is valid only from " + date(start), cause);
            }
            Strength.Weakness weakness = isSelfIssued(each) ? null : Strength.of(each);
            if (weakness != null) {
                return new OriginRefused(weakness.kind(), which + " " + weakness.what(), cause);
            }
        }
        return null;
    }

    /** The JDK throws the plain class for a name that does not match, subclasses for all else. */
    private static boolean isNameMismatch(CertificateException cause) {
        return cause.getClass() == CertificateException.class
                && find(CertPathValidatorException.class, cause) == null
                && find(CertPathBuilderException.class, cause) == null;
    }

    private static String flaw(X509Certificate certificate) {
        try {
            List<String> usages = certificate.getExtendedKeyUsage();
            if (usages != null && !usages.contains(SERVER_AUTH) && !usages.contains(ANY_USAGE)) {
                return " is not made for servers";
            }
        } catch (CertificateParsingException e) {
            return " can't be read";
        }
        return " breaks the rules for certificates";
    }

    /** Whom a certificate is for: {@code for a.example, b.example and 3 more}. */
    private static String names(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            for (List<?> each : alternatives == null ? List.<List<?>>of() : alternatives) {
                String name = name(each);
                if (name != null) {
                    names.add(name);
                }
            }
        } catch (CertificateParsingException e) {
            return "for names that can't be read";
        }
        if (names.isEmpty()) {
            return "for no host";
        }
        int shown = Math.min(NAMES_SHOWN, names.size());
        String more = names.size() > shown ? " and " + (names.size() - shown) + " more" : "";
        return "for " + String.join(", ", names.subList(0, shown)) + more;
    }

    private static @Nullable String name(List<?> alternative) {
        Object kind = alternative.get(0);
        if (!(alternative.get(1) instanceof String text)) {
            return null;
        }
        if (kind.equals(SAN_ADDRESS)) {
            byte[] address = HostName.address(text);
            return address == null ? null : addressText(address);
        }
        if (!kind.equals(SAN_DNS)) {
            return null;
        }
        boolean isWildcard = text.startsWith("*.");
        String name = HostName.dnsName(isWildcard ? text.substring(2) : text);
        return name == null ? null : (isWildcard ? "*." : "") + name;
    }

    private static @Nullable String addressText(byte[] address) {
        try {
            return InetAddress.getByAddress(address).getHostAddress();
        } catch (UnknownHostException e) {
            return null; // of no length that there is
        }
    }

    private static boolean isSelfIssued(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    private static LocalDate date(Instant instant) {
        return LocalDate.ofInstant(instant, ZoneOffset.UTC);
    }

    private static <T extends Throwable> @Nullable T find(Class<T> type, Throwable from) {
        Throwable each = from;
        for (int depth = 0; each != null && depth < 16; depth++) {
            if (type.isInstance(each)) {
                return type.cast(each);
            }
            each = each.getCause();
        }
        return null;
    }
}
