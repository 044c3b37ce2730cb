package io.weir.proxyengine.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;

/** Who a certificate says its user is. */
class ClientNameTest {
    private static final TestAuthority ca = TestAuthority.create();

    private static X509Certificate subject(X500Name name) {
        return ca.order("host.example", "other.example")
                .subject(name)
                .alternative(GeneralName.rfc822Name, "anna@example.com")
                .alternative(GeneralName.uniformResourceIdentifier, "spiffe://example.com/anna")
                .issue()
                .certificate();
    }

    private static String commonName(String text) {
        return ClientName.CN.of(subject(new X500NameBuilder()
                .addRDN(BCStyle.CN, new DERUTF8String(text))
                .build()));
    }

    @Test
    void eachKindOfNameIsTheFirstOfItsKind() {
        X509Certificate all = subject(new X500Name("C=DE, CN=first, OU=x, CN=second"));
        assertThat(ClientName.NONE.of(all)).isEmpty();
        assertThat(ClientName.CN.of(all)).isEqualTo("first");
        assertThat(ClientName.SAN_DNS.of(all)).isEqualTo("host.example");
        assertThat(ClientName.SAN_EMAIL.of(all)).isEqualTo("anna@example.com");
        assertThat(ClientName.SAN_URI.of(all)).isEqualTo("spiffe://example.com/anna");
        X509Certificate none = ca.order().subject(new X500Name("O=x")).issue().certificate();
        for (ClientName each : ClientName.values()) {
            assertThat(each.of(none)).isEmpty();
        }
    }

    @Test
    void aNameThatNoUserCouldHaveIsNone() {
        assertThat(commonName("J\u00fcrgen M\u00fcller")).isEqualTo("J\u00fcrgen M\u00fcller");
        assertThat(commonName("a".repeat(255))).hasSize(255);
        for (String bad : List.of(
                "",
                "a".repeat(256),
                "\u00fc".repeat(128),
                "anna\0.example",
                "a\nb",
                "a\u202eb",
                "a\u2028b",
                "\ufeffanna")) {
            assertThat(commonName(bad)).as(bad).isEmpty();
        }
        assertThat(ClientName.CN.of(subject(new X500NameBuilder()
                        .addRDN(BCStyle.CN, new DERBMPString("\ud800"))
                        .build())))
                .isEmpty();
        assertThat(ClientName.CN.of(subject(new X500NameBuilder()
                        .addRDN(BCStyle.CN, new DEROctetString(new byte[] {1, 2}))
                        .build())))
                .isEmpty();
    }
}
