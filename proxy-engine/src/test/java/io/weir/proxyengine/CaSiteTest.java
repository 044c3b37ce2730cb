package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code http://weir.ca/}, asked as a browser would that has just been given the proxy's address; every byte is counted. */
class CaSiteTest {
    @Test
    void thePageShowsTheFingerprintAndLinksTheCertificate() throws Exception {
        try (var proxy = InterceptingProxy.start()) {
            assertThat(ask(proxy, "GET", "http://weir.ca/", 1))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains(proxy.own().asAuthority().fingerprint(), "\"/weir-ca.crt\"", "\"/weir-ca.pem\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/weir-ca.pem", "/weir-ca.crt", "/weir-ca.der", "/weir-ca.cer"})
    void theCertificateIsTheOneThatSignsWhatClientsSee(String path) throws Exception {
        try (var proxy = InterceptingProxy.start()) {
            String answer = ask(proxy, "GET", "http://weir.ca:80" + path, 1);

            assertThat(answer).containsPattern("Content-Disposition: attachment; filename=\"weir-ca\\.(pem|crt)\"\r\n");
            byte[] body = body(answer).getBytes(StandardCharsets.ISO_8859_1);
            assertThat(CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(body)))
                    .isEqualTo(proxy.own().certificate());
        }
    }

    @Test
    void headHasTheLengthOfTheBodyAndNoBody() throws Exception {
        try (var proxy = InterceptingProxy.start()) {
            String whole = ask(proxy, "GET", "http://weir.ca/weir-ca.pem", 1);
            String head = ask(proxy, "HEAD", "http://weir.ca/weir-ca.pem", 2);

            assertThat(head)
                    .isEqualTo(whole.substring(0, whole.length() - body(whole).length()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/weir-ca.key", "/weir-ca.pem?x", "/../weir-ca.pem", "//weir-ca.pem", "/%2e%2e/"})
    void nothingElseIsThere(String path) throws Exception {
        try (var proxy = InterceptingProxy.start()) {
            assertThat(ask(proxy, "GET", "http://weir.ca" + path, 1)).startsWith("HTTP/1.1 404 Not Found\r\n");
        }
    }

    @Test
    void aProxyThatInterceptsNothingHasNoSuchSite() throws Exception {
        try (var dns = DnsStub.start((name, type) -> DnsStub.Answer.nameError());
                var talk = Conversation.start(settings -> settings.nameServers(dns.addresses()))) {
            Wire client = talk.client();
            client.send("GET http://weir.ca/ HTTP/1.1\r\nHost: weir.ca\r\n\r\n");

            assertThat(client.readRest()).startsWith("HTTP/1.1 502 Bad Gateway\r\n");
            talk.settle(1);
        }
    }

    private static String ask(InterceptingProxy proxy, String method, String url, int sessions) throws Exception {
        String request = method + " " + url + " HTTP/1.1\r\nHost: weir.ca\r\n\r\n";
        String answer;
        try (var client = new Wire(proxy.proxy().connect())) {
            client.send(request);
            answer = client.readRest();
        }
        TestLedger.Session session = proxy.ledger().awaitClosed(sessions).get(sessions - 1);
        assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
        assertThat(session.counts().receivedFromClient()).isEqualTo(request.length());
        assertThat(session.counts().deliveredToClient()).isEqualTo(answer.length());
        assertThat(session.counts().originUp() + session.counts().originDown()).isZero();
        return answer;
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
}
