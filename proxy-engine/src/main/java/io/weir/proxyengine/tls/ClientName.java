package io.weir.proxyengine.tls;

import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;

/** What of a client's certificate says who its user is: the first name of that kind, if it can be a user's. Any thread. */
public enum ClientName {
    /** Nothing. */
    NONE("none") {
        @Override
        Stream<String> names(X509Certificate certificate) {
            return Stream.empty();
        }
    },
    /** The subject's common name. */
    CN("cn") {
        @Override
        Stream<String> names(X509Certificate certificate) {
            X500Name subject =
                    X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
            return Arrays.stream(subject.getRDNs(BCStyle.CN))
                    .flatMap(each -> Arrays.stream(each.getTypesAndValues()))
                    .filter(each -> each.getType().equals(BCStyle.CN))
                    .map(each -> each.getValue() instanceof ASN1String text ? text.getString() : "");
        }
    },
    /** An address for mail among the alternative names (RFC 5280 §4.2.1.6). */
    SAN_EMAIL("san-email") {
        @Override
        Stream<String> names(X509Certificate certificate) throws CertificateParsingException {
            return alternatives(certificate, 1);
        }
    },
    /** A host's name among them. */
    SAN_DNS("san-dns") {
        @Override
        Stream<String> names(X509Certificate certificate) throws CertificateParsingException {
            return alternatives(certificate, 2);
        }
    },
    /** A URI among them. */
    SAN_URI("san-uri") {
        @Override
        Stream<String> names(X509Certificate certificate) throws CertificateParsingException {
            return alternatives(certificate, 6);
        }
    };

    private static final int BYTES_MAX = 255;

    private final String text;

    ClientName(String text) {
        this.text = text;
    }

    /** As people write it. */
    public String text() {
        return text;
    }

    abstract Stream<String> names(X509Certificate certificate) throws CertificateParsingException;

    private static Stream<String> alternatives(X509Certificate certificate, int kind)
            throws CertificateParsingException {
        Collection<List<?>> all = certificate.getSubjectAlternativeNames();
        return all == null
                ? Stream.empty()
                : all.stream()
                        .filter(each -> Objects.equals(each.get(0), kind))
                        .map(each -> String.valueOf(each.get(1)));
    }

    /** The name that the client's verified certificate has; empty if it has shown none, or there is none in it that a user could have. */
    public String of(SSLSession session) {
        if (this == NONE) {
            return "";
        }
        try {
            Certificate[] shown = session.getPeerCertificates();
            return shown.length > 0 && shown[0] instanceof X509Certificate certificate ? of(certificate) : "";
        } catch (SSLPeerUnverifiedException none) {
            return "";
        }
    }

    String of(X509Certificate certificate) {
        try {
            String name = names(certificate).findFirst().orElse("");
            return isUsable(name) ? name : "";
        } catch (CertificateParsingException | IllegalArgumentException | IllegalStateException malformed) {
            return "";
        }
    }

    /** As names in a file of users, but that a URI has colons: it stands in logs, rules and tables. */
    private static boolean isUsable(String name) {
        return !name.isEmpty()
                && name.getBytes(StandardCharsets.UTF_8).length <= BYTES_MAX
                && name.codePoints().noneMatch(ClientName::isUnseen);
    }

    private static boolean isUnseen(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
