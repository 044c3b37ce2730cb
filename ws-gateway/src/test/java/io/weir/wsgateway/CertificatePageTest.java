package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificatePageTest {
    private static final byte[] PEM = "-----BEGIN CERTIFICATE-----\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DER = {0x30, (byte) 0x82, 0, 1};
    private static final PublishedCertificate CERTIFICATE =
            new PublishedCertificate("CN=<Weir> & {{fingerprint}}", "AB:CD:EF", PEM, DER, "2036-01-01");

    private static TestGateway publishing() {
        return TestGateway.configured(config -> config.withCertificate(CERTIFICATE));
    }

    @Test
    void anybodyIsShownTheCertificateWithItsFingerprint() throws IOException {
        try (TestGateway gateway = publishing()) {
            String page = gateway.get("/ca");

            assertThat(page)
                    .startsWith("HTTP/1.1 200 ")
                    .containsIgnoringCase("content-type: text/html; charset=utf-8")
                    .containsIgnoringCase("content-security-policy: default-src 'none'")
                    .contains("<code>AB:CD:EF</code>", "2036-01-01", "CN=&lt;Weir&gt; &amp; &#123;&#123;fingerprint}}")
                    .contains("href=\"/ca/weir-ca.crt\"", "href=\"/ca/weir-ca.pem\"")
                    .doesNotContain("<script", "style=");
        }
    }

    @Test
    void theCertificateItselfComesInBothForms() throws IOException {
        try (TestGateway gateway = publishing()) {
            assertThat(gateway.get("/ca/weir-ca.pem"))
                    .containsIgnoringCase("content-type: application/x-pem-file\r\n")
                    .containsIgnoringCase("content-disposition: attachment; filename=\"weir-ca.pem\"")
                    .endsWith("\r\n\r\n" + new String(PEM, StandardCharsets.ISO_8859_1));
            assertThat(gateway.get("/ca/weir-ca.crt"))
                    .containsIgnoringCase("content-type: application/x-x509-ca-cert\r\n")
                    .endsWith("\r\n\r\n" + new String(DER, StandardCharsets.ISO_8859_1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ca", "/ca/", "/ca/weir-ca.pem", "/ca/weir-ca.crt"})
    void whileNothingIsInterceptedThereIsNoCertificate(String path) throws IOException {
        try (TestGateway gateway = TestGateway.start()) {
            assertThat(gateway.get(path)).startsWith("HTTP/1.1 404 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ca/", "/ca/weir-ca.key", "/ca/../token", "/ca//weir-ca.pem"})
    void nothingElseIsThere(String path) throws IOException {
        try (TestGateway gateway = publishing()) {
            assertThat(gateway.get(path)).startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    void theFirstPageLinksToItWhenThereIsOne() throws IOException {
        try (TestGateway with = publishing();
                TestGateway without = TestGateway.start()) {
            assertThat(with.get("/")).contains("href=\"/ca\"").doesNotContain("<!-- certificate -->");
            assertThat(without.get("/")).doesNotContain("href=\"/ca\"", "<!-- certificate -->");
        }
    }

    @Test
    void itsBytesAreItsOwn() {
        byte[] pem = PEM.clone();
        PublishedCertificate certificate = new PublishedCertificate("a", "b", pem, DER, "c");
        pem[0] = 0;
        certificate.pem()[0] = 0;

        assertThat(certificate.pem()).isEqualTo(PEM);
        assertThat(certificate).isEqualTo(new PublishedCertificate("a", "b", PEM, DER, "c"));
    }
}
