package io.weir.proxyengine.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.weir.proxyengine.tls.TlsFailure.Kind;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the messages of BoringSSL and the JDK are read as. Real handshakes are in the tests of either side. */
class TlsFailureTest {
    @ParameterizedTest
    @CsvSource({
        "bad_certificate, PEER_REFUSED_CERTIFICATE",
        "unknown_ca, PEER_REFUSED_CERTIFICATE",
        "certificate_unknown, PEER_REFUSED_CERTIFICATE",
        "certificate_expired, PEER_REFUSED_CERTIFICATE",
        "certificate_revoked, PEER_REFUSED_CERTIFICATE",
        "unsupported_certificate, PEER_REFUSED_CERTIFICATE",
        "no_application_protocol, NO_COMMON_PROTOCOL",
        "protocol_version, UNSUPPORTED_VERSION",
        "unrecognized_name, UNKNOWN_NAME",
        "handshake_failure, ALERT",
        "internal_error, ALERT",
        "certificate_required, ALERT",
        "whatever_comes_next, ALERT",
    })
    void anAlertMeansTheSameOfBothProviders(String alert, Kind kind) {
        String upper = alert.toUpperCase(Locale.ROOT);
        assertThat(kind("Received fatal alert: " + alert)).isEqualTo(kind);
        assertThat(kind("(" + alert + ") Received fatal alert: " + alert)).isEqualTo(kind);
        assertThat(kind("error:10000418:SSL routines:OPENSSL_internal:TLSV1_ALERT_" + upper))
                .isEqualTo(kind);
        assertThat(kind("error:10000412:SSL routines:OPENSSL_internal:SSLV3_ALERT_" + upper))
                .isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({
        "UNSUPPORTED_PROTOCOL, UNSUPPORTED_VERSION",
        "WRONG_VERSION_NUMBER, NOT_TLS",
        "HTTP_REQUEST, NOT_TLS",
        "NO_SHARED_CIPHER, OTHER",
        "TLSV1_UNRECOGNIZED_NAME, UNKNOWN_NAME",
        "DECODE_ERROR, OTHER"
    })
    void boringSslNamesItsOwnFindings(String reason, Kind kind) {
        assertThat(kind("error:1:SSL routines:OPENSSL_internal:" + reason)).isEqualTo(kind);
    }

    @Test
    void whatHappenedToTheConnectionIsToldApart() {
        assertThat(TlsFailure.of(new ClosedChannelException()).kind()).isEqualTo(Kind.CLOSED);
        assertThat(TlsFailure.of(new IOException("Connection reset by peer")).kind())
                .isEqualTo(Kind.CLOSED);
        assertThat(TlsFailure.of(new SslHandshakeTimeoutException("10 s")).kind())
                .isEqualTo(Kind.TIMEOUT);
        assertThat(TlsFailure.of(new NotSslRecordException("47455420")).kind()).isEqualTo(Kind.NOT_TLS);
        assertThat(TlsFailure.of(new IllegalStateException("x")).kind()).isEqualTo(Kind.OTHER);
        assertThat(TlsFailure.of(new SSLException((String) null)).kind()).isEqualTo(Kind.OTHER);
        assertThat(kind("Client requested protocol TLSv1.1 is not enabled or supported in server context"))
                .isEqualTo(Kind.UNSUPPORTED_VERSION);
    }

    @Test
    void ourOwnReasonIsFoundBeneathThoseOfTheProvider() {
        var refused =
                new OriginRefused(Kind.EXPIRED, "the certificate of a.example expired", new CertificateException());
        var outer = new SSLHandshakeException("General OpenSslEngine problem");
        outer.initCause(new SSLHandshakeException("x").initCause(refused));

        assertThat(TlsFailure.of(outer))
                .isEqualTo(new TlsFailure(Kind.EXPIRED, "the certificate of a.example expired"));
    }

    @Test
    void nothingOfThePeerIsRepeated() {
        assertThat(TlsFailure.of(new SSLException("Received fatal alert: \u001b[31mred"))
                        .message())
                .isEqualTo("it ended the TLS handshake with an alert");
        assertThat(TlsFailure.of(new SSLException("\u001b[31mred")).message()).isEqualTo("the TLS handshake failed");
    }

    @Test
    void aCircleOfCausesEnds() {
        var one = new RuntimeException("one");
        var two = new RuntimeException("two", one);
        one.initCause(two);

        assertThat(TlsFailure.of(one).kind()).isEqualTo(Kind.OTHER);
    }

    private static Kind kind(String message) {
        return TlsFailure.of(new SSLHandshakeException(message)).kind();
    }
}
