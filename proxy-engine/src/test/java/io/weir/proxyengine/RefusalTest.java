package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are not carried: what the client is told, and what the ledger says. */
class RefusalTest {
    private static final Duration SHORT = Duration.ofMillis(600);

    @Test
    void anOriginThatRefusesConnectionsIsABadGateway() throws Exception {
        try (var talk = Conversation.start()) {
            String authority = "127.0.0.1:" + freePort();
            Wire client = talk.client();
            client.send("GET http://" + authority + "/ HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThat(client.readRest())
                    .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                    .contains("Proxy-Status: weir; error=connection_refused\r\n", "Connection: close\r\n")
                    .endsWith("502 Bad Gateway: " + authority + " refused the connection\n");
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.CONNECT_FAILED);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void anOriginThatDoesNotAcceptInTimeIsAGatewayTimeout() throws Exception {
        try (var talk = Conversation.start(settings -> settings.connectTimeout(SHORT));
                var full = FullBacklog.start()) {
            Wire client = talk.client();
            client.send("GET http://" + full.authority() + "/ HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThat(client.readRest())
                    .startsWith("HTTP/1.1 504 Gateway Timeout\r\n")
                    .contains("error=connection_timeout");
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.CONNECT_TIMEOUT);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "POST"})
    void aDestinationThatIsRefusedIsForbiddenAndRecorded(String method) throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(method + " http://127.0.0.1:" + talk.proxy.port() + "/x HTTP/1.1\r\nHost: x\r\n\r\n");

            String answer = client.readRest();
            assertThat(answer)
                    .startsWith("HTTP/1.1 403 Forbidden\r\n")
                    .contains("Proxy-Status: weir; error=destination_ip_prohibited\r\n");
            assertThat(answer.endsWith("\r\n\r\n")).isEqualTo(method.equals("HEAD"));
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.DENIED);
            assertThat(talk.proxy.ledger().notices()).singleElement().isInstanceOf(ConnectionRefused.class);
        }
    }

    @Test
    void anOriginThatDoesNotAnswerInTimeIsAGatewayTimeout() throws Exception {
        try (var talk = Conversation.start(settings -> settings.exchangeIdleTimeout(SHORT))) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            Wire origin = talk.origin.accept();
            origin.readHead();

            assertThat(client.readRest())
                    .startsWith("HTTP/1.1 504 Gateway Timeout\r\n")
                    .contains("error=http_response_timeout");
            assertThat(origin.readRest()).isEmpty();
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.IDLE_TIMEOUT);
        }
    }

    @Test
    void anAnswerThatStandsStillIsBrokenOff() throws Exception {
        try (var talk = Conversation.start(settings -> settings.exchangeIdleTimeout(SHORT))) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\npart");
            client.readHead();
            client.read(4);

            assertThat(client.drain()).isFalse();
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.IDLE_TIMEOUT);
        }
    }

    @Test
    void aRequestLineHasALimit() throws Exception {
        try (var talk = Conversation.start()) {
            Wire fits = talk.client();
            String path = "/" + "a".repeat(15_000);
            fits.send(talk.get(path));
            Wire origin = talk.origin.accept();
            assertThat(origin.readHead()).startsWith("GET " + path + " ");
            origin.send(Conversation.ok("ok"));
            assertThat(fits.readMessage()).endsWith("ok");
            Wire tooLong = talk.client();
            tooLong.send("GET " + talk.origin.url("/" + "a".repeat(17_000)));

            assertThat(tooLong.readRest()).startsWith("HTTP/1.1 414 ");
            assertThat(talk.settle(2).get(1).closed.reason()).isEqualTo(CloseReason.BAD_REQUEST);
        }
    }

    @Test
    void aHeaderHasALimitInBytes() throws Exception {
        try (var talk = Conversation.start()) {
            Wire fits = talk.client();
            String field = "X-Long: " + "a".repeat(60_000) + "\r\n";
            fits.send(talk.get("/").replace("\r\n\r\n", "\r\n" + field + "\r\n"));
            Wire origin = talk.origin.accept();
            assertThat(origin.readHead()).contains(field);
            origin.send(Conversation.ok("ok"));
            assertThat(fits.readMessage()).endsWith("ok");
            Wire tooLong = talk.client();
            tooLong.send(talk.get("/").replace("\r\n\r\n", "\r\nX-Long: " + "a".repeat(70_000)));

            assertThat(tooLong.readRest()).startsWith("HTTP/1.1 431 ");
            talk.settle(2);
        }
    }

    @Test
    void aHeaderHasALimitInFields() throws Exception {
        try (var talk = Conversation.start()) {
            Wire fits = talk.client();
            fits.send(talk.get("/").replace("\r\n\r\n", "\r\n" + "a:b\r\n".repeat(99) + "\r\n"));
            Wire origin = talk.origin.accept();
            assertThat(origin.readHead()).contains("a: b\r\na: b\r\n");
            origin.send(Conversation.ok("ok"));
            assertThat(fits.readMessage()).endsWith("ok");
            for (int fields : new int[] {100, 10_000}) {
                Wire tooMany = talk.client();
                tooMany.send(talk.get("/").replace("\r\n\r\n", "\r\n" + "a:b\r\n".repeat(fields) + "\r\n"));
                assertThat(tooMany.readRest()).startsWith("HTTP/1.1 431 ");
            }
            talk.settle(3);
        }
    }

    @Test
    void aHeadThatTricklesInHasADeadlineThatNoByteMoves() throws Exception {
        try (var talk = Conversation.start(settings -> settings.headTimeout(SHORT))) {
            Wire client = talk.client();
            String endless = "GET http://a/ HTTP/1.1\r\nX: " + "a".repeat(100_000);
            try (var trickle = Trickle.start(client, endless)) {
                long begun = System.nanoTime();
                String answer = client.readRest();
                long millis = (System.nanoTime() - begun) / 1_000_000;
                trickle.stop();

                assertThat(answer).startsWith("HTTP/1.1 408 Request Timeout\r\n");
                assertThat(millis).isBetween(400L, 8_000L);
            }
            TestLedger.Session session = talk.proxy.ledger().awaitOnlyClosed();
            assertThat(session.closed.reason()).isEqualTo(CloseReason.HEAD_TIMEOUT);
            assertThat(session.closed.status()).isEqualTo(408);
        }
    }

    @Test
    void aLaterHeadHasTheSameDeadline() throws Exception {
        try (var talk = Conversation.start(settings -> settings.headTimeout(SHORT))) {
            Wire client = talk.client();
            client.send(talk.get("/1"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(Conversation.ok("one"));
            client.readMessage();
            client.send("GET http");

            assertThat(client.readRest()).startsWith("HTTP/1.1 408 ");
            assertThat(talk.settle(2).get(1).counts().up()).isEqualTo(8);
        }
    }

    @Test
    void bytesBehindARefusedRequestCountForIt() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send("BAD\r\n\r\n" + talk.get("/never").repeat(3));

            assertThat(client.readRest()).startsWith("HTTP/1.1 400 ");
            assertThat(talk.origin.isLeftAlone()).isTrue();
            talk.settle(1);
        }
    }

    @Test
    void aBodyBehindARefusedRequestIsReadSoThatTheAnswerArrives() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send("POST http://127.0.0.1:" + talk.proxy.port() + "/ HTTP/1.1\r\nHost: x\r\n"
                    + "Content-Length: 2000000\r\n\r\n" + "x".repeat(2_000_000));

            assertThat(client.readRest()).startsWith("HTTP/1.1 403 ");
            talk.settle(1);
        }
    }
}
