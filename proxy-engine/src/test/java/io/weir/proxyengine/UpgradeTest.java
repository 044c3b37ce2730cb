package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Tally;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSocket passes through; nothing else changes the protocol. */
@SuppressWarnings("StringConcatToTextBlock") // line ends are what matters here
class UpgradeTest {
    private static final String SWITCHING = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n";

    private static String ask(Conversation talk) {
        return "GET " + talk.origin.url("/chat") + " HTTP/1.1\r\nHost: x\r\nUpgrade: WebSocket\r\n"
                + "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\n\r\n";
    }

    @Test
    void bytesReachTheOriginOnlyAfterItHasSwitched() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(ask(talk) + "early frames");
            Wire origin = talk.origin.accept();
            String head = origin.readHead();
            origin.socket().setSoTimeout(200);
            assertThat(origin.isSilent()).isTrue();
            origin.socket().setSoTimeout(30_000);
            origin.send(SWITCHING + "first frame");
            String answer = client.readHead();
            String down = client.read("first frame".length());
            String up = origin.read("early frames".length());
            client.send("more").finish();
            String upRest = origin.readRest();
            origin.send("last").finish();

            assertThat(head).containsIgnoringCase("\r\nconnection: upgrade\r\n");
            assertThat(head).containsIgnoringCase("\r\nupgrade: websocket\r\n").contains("Sec-WebSocket-Key: k\r\n");
            assertThat(answer).startsWith("HTTP/1.1 101 ").containsIgnoringCase("\r\nconnection: upgrade\r\n");
            assertThat(answer).contains("Sec-WebSocket-Accept: x\r\n");
            assertThat(down + up + upRest).isEqualTo("first frameearly framesmore");
            assertThat(client.readRest()).isEqualTo("last");
            TestLedger.Session session = talk.settle(1).get(0);
            assertThat(session.counts())
                    .isEqualTo(new Tally(client.sent(), client.received(), 0, 0, origin.received(), origin.sent()));
            assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(session.closed.status()).isEqualTo(101);
        }
    }

    @Test
    void anUpgradeOverAReusedConnectionWorksToo() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/1") + ask(talk) + "frame");
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(Conversation.ok("one"));
            assertThat(client.readMessage()).endsWith("one");
            assertThat(origin.readHead()).startsWith("GET /chat ");
            origin.send(SWITCHING);
            client.readHead();
            assertThat(origin.read(5)).isEqualTo("frame");
            client.finish();
            origin.readRest();
            origin.send("bye").close();

            assertThat(client.readRest()).isEqualTo("bye");
            talk.settle(2);
        }
    }

    @Test
    void aRefusedUpgradeStaysHttp() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(ask(talk) + talk.get("/2"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 403 ").endsWith("no");
            assertThat(origin.readHead()).startsWith("GET /2 ");
            origin.send(Conversation.ok("two"));

            assertThat(client.readMessage()).endsWith("two");
            talk.settle(2);
        }
    }

    @Test
    void framesAfterARefusedUpgradeAreNeverARequest() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(ask(talk) + "\u0081\u0005hello");
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(Conversation.ok("no"));

            assertThat(client.readMessage()).endsWith("no");
            client.finish();
            client.readRest();
            origin.socket().setSoTimeout(200);
            assertThat(origin.isSilent()).isTrue();
            talk.settle(2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
                "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n",
                "Connection: Upgrade\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n",
                "Upgrade: websocket\r\n",
                "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n",
            })
    void otherUpgradesAreNotAskedOfTheOriginAndNotTakenFromIt(String fields) throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            String body = fields.contains("Content-Length") ? "x" : "";
            client.send(
                    "GET " + talk.origin.url("/") + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body + "raw bytes");
            Wire origin = talk.origin.accept();
            String head = origin.readHead();
            origin.send(SWITCHING);

            assertThat(head).doesNotContainIgnoringCase("upgrade").doesNotContainIgnoringCase("http2-settings");
            assertThat(client.readRest()).startsWith("HTTP/1.1 502 ").doesNotContain("101");
            assertThat(origin.readRest()).isEqualTo(body);
            TestLedger.Session session = talk.settle(1).get(0);
            assertThat(session.closed.reason()).isEqualTo(CloseReason.BAD_RESPONSE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
            })
    void aSwitchToSomethingElseIsABadGateway(String answer) throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(ask(talk) + "frames");
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(answer);

            assertThat(client.readRest()).startsWith("HTTP/1.1 502 ");
            assertThat(origin.readRest()).isEmpty();
            talk.settle(1);
        }
    }

    @Test
    void aResetAfterTheSwitchIsAResetForTheOtherSide() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(ask(talk));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(SWITCHING);
            client.readHead();
            client.reset();

            assertThat(origin.drain()).isFalse();
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.CLIENT_RESET);
        }
    }
}
