package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ends that are none: a stream that stops without TLS's goodbye, and resets. What was not complete is never shown, nor recorded, as
 * complete; the other side learns of it at once, and nothing stays open.
 */
class InterceptedEndsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final Set<CloseReason> OF_ORIGIN = Set.of(CloseReason.ORIGIN_ABORTED, CloseReason.ORIGIN_RESET);
    private static final Set<CloseReason> OF_CLIENT = Set.of(CloseReason.CLIENT_ABORTED, CloseReason.CLIENT_RESET);

    /** How a stream ends without saying so. */
    enum Cut {
        /** FIN without close_notify. */
        FIN,
        RST;

        void apply(Socket below) throws IOException {
            if (this == FIN) {
                below.shutdownOutput();
            } else {
                below.setSoLinger(true, 0);
                below.close();
            }
        }
    }

    private static String begun(String body) {
        return switch (body) {
            case "length" -> "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello";
            case "chunked" -> "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
            case "close" -> "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello";
            case "head" -> "HTTP/1.1 200 OK\r\nContent-Le";
            default -> "";
        };
    }

    @ParameterizedTest
    @CsvSource({
        "length, FIN", "chunked, FIN", "close, FIN", "head, FIN", "nothing, FIN",
        "length, RST", "chunked, RST", "close, RST", "head, RST", "nothing, RST"
    })
    void anOriginOfHttp1ThatStopsIsNeverTakenForOneThatHasEnded(String body, Cut cut) throws Exception {
        boolean begins = begun(body).endsWith("hello") || body.equals("chunked");
        var heard = new CompletableFuture<Void>();
        try (var proxy = InterceptingProxy.start()) {
            SSLContext context = proxy.originContext();
            try (var origin = ServedOrigin.start((socket, number) -> {
                SSLSocket tls = ServedOrigin.tls(socket, context);
                var wire = new Wire(tls);
                wire.readHead();
                wire.send(begun(body));
                if (begins) {
                    heard.get(30, TimeUnit.SECONDS);
                }
                cut.apply(socket);
                socket.getInputStream().readAllBytes();
            })) {
                try (Socket tunnel = proxy.tunnel(origin.port());
                        var client = new Wire(proxy.open(tunnel))) {
                    client.send(GET);
                    if (begins) {
                        client.readTo("hello");
                        heard.complete(null);
                        assertBreaksOff(client.socket().getInputStream());
                    } else {
                        assertThat(client.readMessage()).startsWith("HTTP/1.1 502 ");
                    }
                }

                assertAborted(proxy, cut == Cut.FIN);

                try (var client = RawHttp2.client(proxy.open(proxy.tunnel(origin.port()), "h2"))) {
                    client.headers(1, true, RawHttp2.get("/"));
                    RawHttp2.Answer answer = client.answer(1);
                    assertThat(answer.status()).isEqualTo(begins ? 200 : 502);
                    assertThat(answer.whole()).isEqualTo(!begins);
                    assertThat(answer.resetCode()).isEqualTo(begins ? 2 : -1);
                }

                assertThat(proxy.ledger().awaitExchanges(2))
                        .hasSize(2)
                        .allSatisfy(
                                exchange -> assertThat(exchange.closed.reason()).isIn(OF_ORIGIN));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"FIN, true", "FIN, false", "RST, true", "RST, false"})
    void anOriginOfHttp2ThatStopsIsNeverTakenForOneThatHasEnded(Cut cut, boolean begins) throws Exception {
        try (var proxy = InterceptingProxy.start()) {
            SSLContext context = proxy.originContext();
            var heard = new CompletableFuture<Void>();
            try (var origin = ServedOrigin.start((socket, number) -> {
                RawHttp2 server = RawHttp2.server(http2(socket, context));
                int stream = server.await(RawHttp2.HEADERS).stream();
                if (begins) {
                    server.headers(stream, false, RawHttp2.block(":status", "200"))
                            .data(stream, false, "hello");
                    heard.get(30, TimeUnit.SECONDS);
                }
                cut.apply(socket);
                socket.getInputStream().readAllBytes();
            })) {
                try (var client = RawHttp2.client(proxy.open(proxy.tunnel(origin.port()), "h2"))) {
                    client.headers(1, true, RawHttp2.get("/"));
                    if (begins) {
                        client.await(RawHttp2.DATA);
                        heard.complete(null);
                    }
                    RawHttp2.Answer answer = client.answer(1);
                    assertThat(answer.status()).isEqualTo(begins ? 200 : 502);
                    assertThat(answer.whole()).isEqualTo(!begins);
                    assertThat(answer.resetCode()).isEqualTo(begins ? 2 : -1);
                }

                assertAborted(proxy, cut == Cut.FIN);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"length, FIN", "chunked, FIN", "length, RST", "chunked, RST"})
    void aClientOfHttp1ThatStopsDoesNotCompleteItsRequest(String body, Cut cut) throws Exception {
        String framing = body.equals("length")
                ? "Content-Length: 10\r\n\r\nhello"
                : "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
        var end = new CompletableFuture<Boolean>();
        try (var proxy = InterceptingProxy.start()) {
            SSLContext context = proxy.originContext();
            try (var origin = ServedOrigin.start((socket, number) -> {
                var wire = new Wire(ServedOrigin.tls(socket, context));
                wire.readTo("hello");
                end.complete(endsOrderly(wire.socket().getInputStream()));
            })) {
                Socket tunnel = proxy.tunnel(origin.port());
                var client = new Wire(proxy.open(tunnel));
                client.send("POST / HTTP/1.1\r\nHost: localhost\r\n" + framing);
                awaitUp(proxy);
                cut.apply(tunnel);

                assertThat(end.get(30, TimeUnit.SECONDS)).as("an orderly end").isFalse();
                TestLedger.Session exchange = proxy.ledger().awaitExchanges(1).get(0);
                assertThat(exchange.closed.reason()).isIn(OF_CLIENT);
                assertThat(exchange.exchange.error()).contains(cut == Cut.FIN ? "truncated" : "client");
                tunnel.close();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"FIN, true", "RST, true", "FIN, false", "RST, false"})
    void aClientOfHttp2ThatStopsDoesNotCompleteItsRequest(Cut cut, boolean originIsHttp2) throws Exception {
        var end = new CompletableFuture<Boolean>();
        try (var proxy = InterceptingProxy.start()) {
            SSLContext context = proxy.originContext();
            try (var origin = ServedOrigin.start((socket, number) -> {
                if (originIsHttp2) {
                    RawHttp2 server = RawHttp2.server(http2(socket, context));
                    int stream = server.await(RawHttp2.DATA).stream();
                    RawHttp2.Answer rest = server.answer(stream);
                    end.complete(rest.whole());
                } else {
                    var wire = new Wire(ServedOrigin.tls(socket, context));
                    wire.readTo("hello");
                    end.complete(endsOrderly(wire.socket().getInputStream()));
                }
            })) {
                Socket tunnel = proxy.tunnel(origin.port());
                RawHttp2 client = RawHttp2.client(proxy.open(tunnel, "h2"));
                client.headers(
                                1,
                                false,
                                RawHttp2.block(
                                        ":method", "POST", ":scheme", "https", ":authority", "localhost", ":path", "/"))
                        .data(1, false, "hello");
                awaitUp(proxy);
                cut.apply(tunnel);

                assertThat(end.get(30, TimeUnit.SECONDS)).as("complete").isFalse();
                TestLedger.Session exchange = proxy.ledger().awaitExchanges(1).get(0);
                assertThat(exchange.closed.reason()).isIn(OF_CLIENT);
                assertThat(exchange.exchange.error()).contains(cut == Cut.FIN ? "truncated" : "client");
                tunnel.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aResetInTheHandshakeEndsTheOtherSide(boolean ofClient) throws Exception {
        var seen = new CompletableFuture<Boolean>();
        try (var proxy = InterceptingProxy.start();
                var origin = ServedOrigin.start((socket, number) -> {
                    var wire = new Wire(socket);
                    wire.read(5);
                    if (ofClient) {
                        seen.complete(true);
                        wire.drain();
                    } else {
                        Cut.RST.apply(socket);
                    }
                })) {
            Socket tunnel = proxy.tunnel(origin.port());
            tunnel.getOutputStream().write(NeverWorseTest.hello(proxy));
            if (ofClient) {
                seen.get(30, TimeUnit.SECONDS);
                Cut.RST.apply(tunnel);
            } else {
                new Wire(tunnel).drain();
            }

            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.closed.reason())
                    .isEqualTo(ofClient ? CloseReason.CLIENT_RESET : CloseReason.ORIGIN_RESET);
            tunnel.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"http/1.1, true", "http/1.1, false", "h2, true", "h2, false"})
    void aResetAfterTheLastByteLeavesTheExchangeComplete(String protocol, boolean ofClient) throws Exception {
        var done = new CompletableFuture<Void>();
        var end = new CompletableFuture<Void>();
        try (var proxy = InterceptingProxy.start()) {
            SSLContext context = proxy.originContext();
            try (var origin = ServedOrigin.start((socket, number) -> {
                var wire = new Wire(ServedOrigin.tls(socket, context));
                wire.readHead();
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
                if (ofClient) {
                    endsOrderly(wire.socket().getInputStream());
                    end.complete(null);
                } else {
                    done.get(30, TimeUnit.SECONDS);
                    Cut.RST.apply(socket);
                }
            })) {
                Socket tunnel = proxy.tunnel(origin.port());
                SSLSocket tls = proxy.open(tunnel, protocol);
                if (protocol.equals("h2")) {
                    RawHttp2 client = RawHttp2.client(tls).headers(1, true, RawHttp2.get("/"));
                    assertThat(client.answer(1).whole()).isTrue();
                } else {
                    assertThat(new Wire(tls).send(GET).readMessage()).endsWith("hello");
                }
                if (ofClient) {
                    Cut.RST.apply(tunnel);
                    end.get(30, TimeUnit.SECONDS);
                } else {
                    done.complete(null);
                    tls.setSoTimeout(30_000);
                    endsOrderly(tls.getInputStream());
                }

                TestLedger.Session exchange = proxy.ledger().awaitExchanges(1).get(0);
                assertThat(exchange.closed.reason()).isEqualTo(CloseReason.COMPLETED);
                assertThat(exchange.exchange.error()).isEmpty();
                tunnel.close();
            }
        }
    }

    @Test
    void anOriginThatIsGoneBeforeTheSecondRequestIsNoFaultOfTheFirst() throws Exception {
        try (var proxy = InterceptingProxy.start()) {
            SSLContext context = proxy.originContext();
            try (var origin = ServedOrigin.start((socket, number) -> {
                        var wire = new Wire(ServedOrigin.tls(socket, context));
                        wire.readHead();
                        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
                        wire.readHead();
                        Cut.RST.apply(socket);
                    });
                    var client = new Wire(proxy.open(proxy.tunnel(origin.port())))) {
                assertThat(client.send(GET).readMessage()).endsWith("hello");
                client.send(GET);
                assertBreaksOff(client.socket().getInputStream());

                assertThat(proxy.ledger().awaitExchanges(2))
                        .extracting(session -> session.closed.reason())
                        .containsExactly(CloseReason.COMPLETED, CloseReason.ORIGIN_RESET);
            }
        }
    }

    private static SSLSocket http2(Socket socket, SSLContext context) throws IOException {
        SSLSocket tls = ServedOrigin.tls(socket, context);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        tls.setSSLParameters(parameters);
        return tls;
    }

    private static void awaitUp(InterceptingProxy proxy) {
        proxy.ledger()
                .awaitSession(
                        session -> !session.opened.isRoot() && session.counts().originUp() > 0);
    }

    private static void assertAborted(InterceptingProxy proxy, boolean truncated) {
        TestLedger.Session exchange = proxy.ledger().awaitExchanges(1).get(0);
        assertThat(exchange.closed.reason()).isIn(OF_ORIGIN);
        assertThat(exchange.exchange.error()).contains(truncated ? "truncated" : "origin");
    }

    private static void assertBreaksOff(InputStream in) {
        assertThat(endsOrderly(in)).as("an orderly end").isFalse();
    }

    /** Reads to the end; whether TLS's goodbye came. */
    private static boolean endsOrderly(InputStream in) {
        try {
            in.readAllBytes();
            return true;
        } catch (IOException broken) {
            if (broken instanceof java.net.SocketTimeoutException) {
                throw new AssertionError("no end in time", broken);
            }
            return false;
        }
    }
}
