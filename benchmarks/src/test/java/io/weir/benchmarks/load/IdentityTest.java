package io.weir.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;

class IdentityTest {
    private static X509Certificate fromPem(String pem) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void theOriginsCertificateIsFromItsAuthorityAndForAllItsAddresses() throws Exception {
        Identity identity = Identity.ofOrigin();

        X509Certificate authority = fromPem(identity.authorityPem());
        X509Certificate own = identity.chain().get(0);
        own.verify(authority.getPublicKey());
        own.checkValidity();
        assertThat(authority.getBasicConstraints()).isNotNegative();
        assertThat(own.getBasicConstraints()).isNegative();
        assertThat(own.getIssuerX500Principal()).isEqualTo(Identity.ORIGIN_ISSUER);
        assertThat(own.getPublicKey().getAlgorithm()).isEqualTo("EC");
        assertThat(own.getSubjectAlternativeNames())
                .extracting(each -> String.valueOf(each.get(1)))
                .contains("localhost", "bench.test", "127.0.0.1", "127.0.0.64");
    }

    @Test
    void anAuthorityIsItsOwnIssuer() throws Exception {
        Identity identity = Identity.ofAuthority("Some CA");

        X509Certificate authority = fromPem(identity.authorityPem());
        authority.verify(authority.getPublicKey());
        assertThat(authority.getSubjectX500Principal().getName()).isEqualTo("CN=Some CA");
        assertThat(identity.chain()).containsExactly(authority);
        assertThat(identity.keyPem()).startsWith("-----BEGIN PRIVATE KEY-----\n");
    }
}
