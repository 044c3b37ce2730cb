package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionProtocol;
import io.weir.proxyengine.tls.TestAuthority;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An origin that does not prove who it is gets nothing of the client, who is told why; unless somebody has said that it may. */
class OriginCertificatesTest {
    /** A certificate that is not to be accepted, and what the client reads about it. */
    record Bad(String name, Function<TestAuthority, TestAuthority.Issued> issue, String told) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Bad> bad() {
        Instant now = Instant.now();
        return Stream.of(
                new Bad(
                        "expired",
                        ca -> ca.order("localhost")
                                .valid(now.minus(Duration.ofDays(9)), now.minus(Duration.ofDays(1)))
                                .issue(),
                        "expired on"),
                new Bad(
                        "not yet valid",
                        ca -> ca.order("localhost")
                                .valid(now.plus(Duration.ofDays(1)), now.plus(Duration.ofDays(9)))
                                .issue(),
                        "is valid only from"),
                new Bad("self-signed", ca -> ca.order("localhost").selfSigned().issue(), "is self-signed"),
                new Bad("unknown CA", ca -> TestAuthority.create().issue("localhost"), "issuer that is not trusted"),
                new Bad("wrong host", ca -> ca.issue("other.example"), "other.example, not for this host"),
                new Bad("without names", ca -> ca.issue(), "not for this host"),
                new Bad(
                        "RSA of 1024 bits",
                        ca -> ca.order("localhost").rsa(1024).issue(),
                        "weak key"),
                new Bad(
                        "SHA-1",
                        ca -> ca.order("localhost").signature("SHA1withECDSA").issue(),
                        "weak signature"),
                new Bad("for clients", ca -> ca.order("localhost").forClients().issue(), "not made for servers"));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void aBadCertificateIsAnAnswerOf502AndNoByteReachesTheOrigin(Bad bad) throws Exception {
        try (var proxy = InterceptingProxy.start();
                var origin = Boring.start(bad.issue().apply(proxy.origins()))) {
            try (var client = new Wire(proxy.open(proxy.tunnel(origin.port())))) {
                client.send("POST /secret HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nsecret");
                assertThat(client.readMessage())
                        .startsWith("HTTP/1.1 502 ")
                        .contains("Proxy-Status: weir; error=tls_certificate_error")
                        .contains(bad.told());
                assertThat(client.drain()).as("an orderly end").isTrue();
            }
            try (var client = RawHttp2.client(proxy.open(proxy.tunnel(origin.port()), "h2"))) {
                client.headers(1, true, RawHttp2.get("/secret")).headers(3, true, RawHttp2.get("/secret"));
                for (int stream = 1; stream <= 3; stream += 2) {
                    RawHttp2.Answer answer = client.answer(stream);
                    assertThat(answer.status()).isEqualTo(502);
                    assertThat(answer.body()).contains(bad.told());
                }
            }

            for (TestLedger.Session exchange : proxy.ledger().awaitExchanges(3)) {
                assertThat(exchange.closed.reason()).isEqualTo(CloseReason.ORIGIN_TLS_FAILED);
                assertThat(exchange.exchange.status()).isEqualTo(502);
                assertThat(exchange.exchange.error()).contains(bad.told());
                assertThat(exchange.counts().originUp()).isZero();
            }
            for (TestLedger.Session root : roots(proxy)) {
                assertThat(root.closed.reason()).isEqualTo(CloseReason.ORIGIN_TLS_FAILED);
                assertThat(root.detected).isEqualTo(SessionProtocol.HTTPS_MITM);
            }
            await().until(() -> origin.open.get() == 0);
            assertThat(origin.connections.get()).isEqualTo(2);
            assertThat(origin.bytes.get()).as("of the client's").isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("bad")
    void anExceptionLetsItThrough(Bad bad) throws Exception {
        try (var proxy = InterceptingProxy.start(settings -> settings, OriginCertificatesTest::unverified);
                var origin = Boring.start(bad.issue().apply(proxy.origins()))) {
            try (var client = new Wire(proxy.open(proxy.tunnel(origin.port())))) {
                client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

                assertThat(client.readMessage()).startsWith("HTTP/1.1 200 ").endsWith("hello");
            }

            TestLedger.Session exchange = proxy.ledger().awaitExchanges(1).get(0);
            assertThat(exchange.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(exchange.exchange.originCertificate()).hasSize(64);
        }
    }

    @Test
    void anOriginThatDoesNotKnowTheNameIsAnAnswerOf502() throws Exception {
        try (var proxy = InterceptingProxy.start();
                var origin = ServedOrigin.start((socket, number) -> {
                    SSLSocket tls = ServedOrigin.tls(socket, proxy.originContext());
                    var parameters = tls.getSSLParameters();
                    parameters.setSNIMatchers(List.of(javax.net.ssl.SNIHostName.createSNIMatcher("else\\.example")));
                    tls.setSSLParameters(parameters);
                    ServedOrigin.hello(tls);
                })) {
            try (var client = new Wire(proxy.open(proxy.tunnel(origin.port())))) {
                client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

                assertThat(client.readMessage())
                        .startsWith("HTTP/1.1 502 ")
                        .contains("it does not know a host of that name");
            }

            assertThat(proxy.ledger().awaitExchanges(1).get(0).closed.reason())
                    .isEqualTo(CloseReason.ORIGIN_TLS_FAILED);
        }
    }

    private static List<TestLedger.Session> roots(InterceptingProxy proxy) {
        return proxy.ledger().sessions().stream()
                .filter(session -> session.opened.isRoot())
                .toList();
    }

    private static InterceptConfig unverified(InterceptConfig config) {
        return new InterceptConfig(
                config.authority(),
                config.include(),
                config.exclude(),
                HostPatterns.parse(List.of("localhost")),
                config.trust(),
                config.capture(),
                config.bodies(),
                config.redaction(),
                config.bypass());
    }

    /** An origin that shows anything, which the JDK would not. Counts what it decrypts, and answers it with {@code hello}. */
    private static final class Boring implements AutoCloseable {
        private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

        private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        private final AtomicLong bytes = new AtomicLong();
        private final AtomicInteger connections = new AtomicInteger();
        private final AtomicInteger open = new AtomicInteger();
        private int port;

        static Boring start(TestAuthority.Issued issued) throws Exception {
            SslContext context = SslContextBuilder.forServer(issued.key(), issued.chain())
                    .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                    .build();
            var origin = new Boring();
            origin.bind(context);
            return origin;
        }

        private void bind(SslContext context) throws Exception {
            Channel listener = new ServerBootstrap()
                    .group(loop)
                    .channel(NioServerSocketChannel.class)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            connections.incrementAndGet();
                            open.incrementAndGet();
                            channel.closeFuture().addListener(closed -> open.decrementAndGet());
                            channel.pipeline().addLast(context.newHandler(channel.alloc()), answering());
                        }
                    })
                    .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .sync()
                    .channel();
            port = ((InetSocketAddress) listener.localAddress()).getPort();
        }

        private ChannelInboundHandlerAdapter answering() {
            return new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object msg) {
                    ByteBuf buffer = (ByteBuf) msg;
                    bytes.addAndGet(buffer.readableBytes());
                    buffer.release();
                    ctx.writeAndFlush(io.netty.buffer.ByteBufUtil.writeAscii(ctx.alloc(), ANSWER));
                }

                @Override
                public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                    ctx.close();
                }
            };
        }

        int port() {
            return port;
        }

        @Override
        public void close() {
            loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }
}
