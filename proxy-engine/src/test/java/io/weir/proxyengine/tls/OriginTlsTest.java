package io.weir.proxyengine.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import io.weir.proxyengine.tls.TlsFailure.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Handshakes with origins of the JDK's own, good ones and bad ones, over sockets, with either provider. */
@Tag("jdk")
class OriginTlsTest {
    private static final TestAuthority authority = TestAuthority.create();
    private static final Instant LONG_AGO = Instant.parse("2020-01-01T12:00:00Z");
    private static final Instant FAR_AHEAD = Instant.parse("2099-01-01T12:00:00Z");

    private final TlsPeer peer = new TlsPeer();

    @AfterEach
    void close() throws Exception {
        peer.close();
    }

    private static OriginTls tls(SslProvider provider) {
        return new OriginTls(List.of(authority.certificate()), provider, Clock.systemUTC());
    }

    private SslHandler connect(OriginTls tls, TestOrigin origin, String name, boolean verified, String... alpn)
            throws Exception {
        return peer.connect(
                origin.port(),
                allocator -> tls.handler(allocator, name, origin.port(), List.of(alpn), verified, false));
    }

    private TlsFailure failure(SslProvider provider, TestAuthority.Issued issued, String name) throws Exception {
        try (OriginTls tls = tls(provider);
                var origin = new TestOrigin(issued.serverContext())) {
            SslHandler handler = connect(tls, origin, name, true);
            assertThat(handler.handshakeFuture().isSuccess()).isFalse();
            assertThat(origin.serverNames()).isEmpty();
            try (TestOrigin lenient = new TestOrigin(issued.serverContext())) { // the same, unverified, is served
                assertThat(connect(tls, lenient, name, false).handshakeFuture().isSuccess())
                        .isTrue();
            }
            return TlsFailure.of(handler.handshakeFuture().cause());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void aGoodOriginIsAcceptedAgainAndAgain(SslProvider provider) throws Exception {
        TestAuthority.Issued issued = authority.issue("a.example", "127.0.0.1", "::1", "*.w.example");
        try (OriginTls tls = tls(provider);
                var origin = new TestOrigin(issued.serverContext())) {
            for (String name : List.of("a.example", "a.example", "A.example.", "127.0.0.1", "::1", "b.w.example")) {
                SslHandler handler = connect(tls, origin, name, true);
                assertThat(handler.handshakeFuture().cause()).as(name).isNull();
                assertThat(OriginTls.certificateFingerprint(handler))
                        .isEqualTo(Fingerprint.hex(issued.certificate().getEncoded()));
                assertThat(tls.askedForCertificate(handler)).isFalse();
            }
            await().until(() -> origin.serverNames().size() == 6);
            assertThat(origin.serverNames())
                    .containsExactly("a.example", "a.example", "a.example", "", "", "b.w.example");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void acceptedForOneHostIsNotAcceptedForAnother(SslProvider provider) throws Exception {
        try (OriginTls tls = tls(provider);
                var origin = new TestOrigin(authority.issue("a.example").serverContext())) {
            assertThat(connect(tls, origin, "a.example", true).handshakeFuture().isSuccess())
                    .isTrue();

            SslHandler other = connect(tls, origin, "c.example", true);

            assertThat(TlsFailure.of(other.handshakeFuture().cause()))
                    .isEqualTo(new TlsFailure(
                            Kind.WRONG_NAME, "the certificate of c.example is for a.example, not for this host"));
        }
    }

    @Test
    void theSessionOfAHostIsResumedThereAndNowhereElse() throws Exception {
        try (OriginTls tls = tls(SslProvider.OPENSSL);
                var origin =
                        new TestOrigin(authority.issue("a.example", "b.example").serverContext());
                var other = new TestOrigin(authority.issue("a.example").serverContext())) {
            await().until(() -> isResumed(tls, origin, "a.example", true)); // when a ticket has come
            assertThat(isResumed(tls, origin, "b.example", true)).isFalse();
            assertThat(isResumed(tls, origin, "a.example", false)).isFalse(); // nobody has looked at its certificate
            assertThat(isResumed(tls, other, "a.example", true)).isFalse();
        }
    }

    @Test
    void afterFiveMinutesACertificateIsAskedForAgainHoweverOftenItsSessionWasResumed() throws Exception {
        Instant start = Instant.now();
        var passed = new AtomicReference<>(Duration.ZERO);
        InstantSource clock = () -> start.plus(Objects.requireNonNull(passed.get()));
        try (var tls = new OriginTls(
                        List.of(authority.certificate()), SslProvider.OPENSSL, clock.withZone(ZoneOffset.UTC));
                var origin = new TestOrigin(authority.issue("a.example").serverContext())) {
            for (int i = 0; i < 3; i++) {
                await().until(() -> isResumed(tls, origin, "a.example", true)); // each brings a new ticket
            }

            passed.set(Duration.ofMinutes(5));

            assertThat(isResumed(tls, origin, "a.example", true)).isFalse();
        }
    }

    private boolean isResumed(OriginTls tls, TestOrigin origin, String name, boolean verified) throws Exception {
        var resumed = new CompletableFuture<Boolean>();
        peer.connect(origin.port(), allocator -> {
            SslHandler handler = tls.handler(allocator, name, origin.port(), List.of(), verified, false);
            var engine = (ReferenceCountedOpenSslEngine) handler.engine();
            handler.handshakeFuture() // the connection may be over when it has ended
                    .addListener(done -> resumed.complete(done.isSuccess()
                            && SSL.isSessionReused(engine.sslPointer())
                            && OriginTls.certificateFingerprint(handler).length() == 64));
            return handler;
        });
        return resumed.get(30, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void aNameWithAnUnderscoreIsVerifiedAsAnyOther(SslProvider provider) throws Exception {
        TestAuthority.Issued issued = authority.issue("*.w.example");
        Leaf shown = new Leaf("w.example", issued.chain(), issued.key());
        var server = new ClientTls(SslProvider.OPENSSL); // a server of the JDK refuses to hear of such a name
        try (OriginTls tls = tls(provider);
                var origin = new TlsPeer()) {
            int port = origin.listen(allocator -> server.handler(allocator, shown, null));
            SslHandler good = peer.connect(
                    port, allocator -> tls.handler(allocator, "a_b.w.example", port, List.of(), true, false));
            assertThat(good.handshakeFuture().cause()).isNull();
            SslHandler deeper = peer.connect(
                    port, allocator -> tls.handler(allocator, "c.a_b.w.example", port, List.of(), true, false));
            assertThat(TlsFailure.of(deeper.handshakeFuture().cause()))
                    .isEqualTo(new TlsFailure(
                            Kind.WRONG_NAME,
                            "the certificate of c.a_b.w.example is for *.w.example, not for this host"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void aNameOfOneLabelIsSentToo(SslProvider provider) throws Exception {
        try (OriginTls tls = tls(provider);
                var origin = new TestOrigin(authority.issue("intranet").serverContext())) {
            assertThat(connect(tls, origin, "intranet", true).handshakeFuture().cause())
                    .isNull();
            await().until(() -> !origin.serverNames().isEmpty());
            assertThat(origin.serverNames()).containsExactly("intranet");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void theOriginChoosesAmongTheProtocolsOffered(SslProvider provider) throws Exception {
        Consumer<SSLSocket> http1 = socket -> {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"http/1.1"});
            socket.setSSLParameters(parameters);
        };
        try (OriginTls tls = tls(provider);
                var origin = new TestOrigin(authority.issue("a.example").serverContext(), http1)) {
            assertThat(connect(tls, origin, "a.example", true, "h2", "http/1.1").applicationProtocol())
                    .isEqualTo("http/1.1");
            SslHandler h2Only = connect(tls, origin, "a.example", true, "h2");
            assertThat(TlsFailure.of(h2Only.handshakeFuture().cause()).kind()).isEqualTo(Kind.NO_COMMON_PROTOCOL);
            assertThat(connect(tls, origin, "a.example", true).applicationProtocol())
                    .isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void anOriginThatAsksForACertificateIsNoticed(SslProvider provider) throws Exception {
        TestAuthority.Issued issued = authority.issue("a.example");
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            for (boolean needed : new boolean[] {false, true}) {
                Consumer<SSLSocket> asking = socket -> {
                    socket.setEnabledProtocols(new String[] {version});
                    socket.setWantClientAuth(true);
                    if (needed) {
                        socket.setNeedClientAuth(true);
                    }
                };
                try (OriginTls tls = tls(provider);
                        var origin = new TestOrigin(issued.serverContext(authority.certificate()), asking)) {
                    SslHandler handler = connect(tls, origin, "a.example", true);
                    assertThat(tls.askedForCertificate(handler)).as(version).isTrue();
                    assertThat(handler.handshakeFuture().isSuccess())
                            .isEqualTo(!needed || version.equals("TLSv1.3")); // refused only after the handshake there
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void eachKindOfBadCertificateHasItsReason(SslProvider provider) throws Exception {
        assertThat(failure(
                        provider,
                        authority
                                .order("a.example")
                                .valid(LONG_AGO, LONG_AGO.plusSeconds(86400))
                                .issue(),
                        "a.example"))
                .isEqualTo(new TlsFailure(Kind.EXPIRED, "the certificate of a.example expired on 2020-01-02"));
        assertThat(failure(
                        provider,
                        authority
                                .order("a.example")
                                .valid(FAR_AHEAD, FAR_AHEAD.plusSeconds(86400))
                                .issue(),
                        "a.example"))
                .isEqualTo(new TlsFailure(
                        Kind.NOT_YET_VALID, "the certificate of a.example is valid only from 2099-01-01"));
        assertThat(failure(provider, authority.order("a.example").selfSigned().issue(), "a.example"))
                .isEqualTo(new TlsFailure(
                        Kind.UNKNOWN_ISSUER, "the certificate of a.example is self-signed and not trusted"));
        assertThat(failure(provider, TestAuthority.create().issue("a.example"), "a.example"))
                .isEqualTo(
                        new TlsFailure(
                                Kind.UNKNOWN_ISSUER,
                                "the certificate of a.example was signed by an issuer that is not trusted, or an intermediate certificate is missing"));
        assertThat(failure(provider, authority.issue("b.example", "*.c.example", "10.0.0.1", "d.example"), "a.example"))
                .isEqualTo(
                        new TlsFailure(
                                Kind.WRONG_NAME,
                                "the certificate of a.example is for b.example, *.c.example, 10.0.0.1 and 1 more, not for this host"));
        assertThat(failure(provider, authority.issue("evil\n\u001b[31m.example"), "a.example")
                        .message())
                .isEqualTo("the certificate of a.example is for no host, not for this host");
        assertThat(failure(provider, authority.issue(), "127.0.0.1"))
                .isEqualTo(new TlsFailure(
                        Kind.WRONG_NAME, "the certificate of 127.0.0.1 is for no host, not for this host"));
        assertThat(failure(provider, authority.order("a.example").forClients().issue(), "a.example"))
                .isEqualTo(
                        new TlsFailure(Kind.BAD_CERTIFICATE, "the certificate of a.example is not made for servers"));
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void weakKeysAndSignaturesAreRefused(SslProvider provider) throws Exception {
        assertThat(refusal(provider, authority.order("a.example").rsa(1024).issue()))
                .isEqualTo(new TlsFailure(
                        Kind.WEAK_KEY, "the certificate of a.example has a weak key (RSA of 1024 bits)"));
        TestAuthority.Issued sha1 =
                authority.order("a.example").signature("SHA1withECDSA").issue();
        Leaf shown = new Leaf("a.example", sha1.chain(), sha1.key());
        var boringSsl = new ClientTls(SslProvider.OPENSSL); // the JDK would not show it
        try (OriginTls tls = tls(provider);
                var origin = new TlsPeer()) {
            int port = origin.listen(allocator -> boringSsl.handler(allocator, shown, null));
            SslHandler handler =
                    peer.connect(port, allocator -> tls.handler(allocator, "a.example", port, List.of(), true, false));
            assertThat(TlsFailure.of(handler.handshakeFuture().cause()))
                    .isEqualTo(new TlsFailure(
                            Kind.WEAK_SIGNATURE, "the certificate of a.example has a weak signature (SHA1)"));
        }
    }

    /** Without the unverified handshake, which the JDK does not grant such keys either. */
    private TlsFailure refusal(SslProvider provider, TestAuthority.Issued issued) throws Exception {
        try (OriginTls tls = tls(provider);
                var origin = new TestOrigin(issued.serverContext())) {
            return TlsFailure.of(
                    connect(tls, origin, "a.example", true).handshakeFuture().cause());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void whoClosesOrDoesNotSpeakTlsIsToldApart(SslProvider provider) throws Exception {
        assertThat(says(provider, "")).isEqualTo(Kind.CLOSED);
        assertThat(says(provider, "HTTP/1.1 400 Bad Request\r\n\r\n")).isEqualTo(Kind.NOT_TLS);
        assertThat(says(provider, "\u0015\u0003\u0003\u0000\u0002\u0002p")).isEqualTo(Kind.UNKNOWN_NAME);
        assertThat(says(provider, "\u0015\u0003\u0003\u0000\u0002\u0002F")).isEqualTo(Kind.UNSUPPORTED_VERSION);
        assertThat(says(provider, "\u0015\u0003\u0003\u0000\u0002\u0002(")).isEqualTo(Kind.ALERT);
        assertThat(says(provider, "\u0015\u0003\u0003\u0000\u0002\u00020")).isEqualTo(Kind.PEER_REFUSED_CERTIFICATE);
        assertThat(says(provider, "\u0015\u0003\u0003\u0000\u0002\u0002x")).isEqualTo(Kind.NO_COMMON_PROTOCOL);
    }

    private Kind says(SslProvider provider, String bytes) throws Exception {
        try (OriginTls tls = tls(provider);
                var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var thread = new Thread(() -> {
                try (Socket socket = listener.accept()) {
                    socket.getInputStream().readNBytes(5);
                    socket.getInputStream().skipNBytes(socket.getInputStream().available());
                    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
                    socket.shutdownOutput();
                    socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                    // it may have gone
                }
            });
            thread.start();
            SslHandler handler = peer.connect(
                    listener.getLocalPort(),
                    allocator -> tls.handler(allocator, "a.example", 443, List.of(), true, false));
            Kind kind = TlsFailure.of(handler.handshakeFuture().cause()).kind();
            thread.join(5000);
            return kind;
        }
    }

    @Test
    void anOriginWithoutANameThatIsOneIsRefused() {
        try (OriginTls tls = tls(SslProvider.JDK)) {
            assertThatThrownBy(() -> tls.handler(ByteBufAllocator.DEFAULT, "a b", 443, List.of(), true, false))
                    .isInstanceOf(TlsException.class);
        }
    }

    @Test
    void furtherCasAreReadFromAFile(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("more.pem");
        Files.writeString(
                file,
                "# ours\n" + authority.asAuthority().pem()
                        + TestAuthority.create().asAuthority().pem());

        assertThat(OriginTls.readPem(file)).hasSize(2).contains(authority.certificate());
        Files.writeString(file, "nothing");
        assertThatThrownBy(() -> OriginTls.readPem(file))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining(file.toString());
        assertThatThrownBy(() -> OriginTls.readPem(folder.resolve("none")))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("none");
    }
}
