package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import org.junit.jupiter.api.Test;

/** Resets at every stage of an exchange: the other side learns of it, and the session ends once, with exact counts. */
class ResetTest {

    @Test
    void ofTheClientInAHead() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send("GET http://a");
            client.finish();
            client.readRest();
            client.reset();

            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.CLIENT_ABORTED);
        }
    }

    @Test
    void ofTheClientWhileConnecting() throws Exception {
        try (var talk = Conversation.start();
                var full = FullBacklog.start()) {
            Wire client = talk.client();
            client.send("GET http://" + full.authority() + "/ HTTP/1.1\r\nHost: x\r\n\r\n");
            talk.proxy.ledger().awaitSession(session -> session.counts().up() > 0);
            client.reset();

            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.CLIENT_RESET);
        }
    }

    @Test
    void ofTheClientAfterItsHead() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            client.reset();

            assertThat(origin.drain()).isFalse();
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.CLIENT_RESET);
        }
    }

    @Test
    void ofTheClientInItsBody() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.post("/", "Content-Length: 10\r\n", "part"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.read(4);
            client.reset();

            assertThat(origin.drain()).isFalse();
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.CLIENT_RESET);
        }
    }

    @Test
    void ofTheClientInTheAnswer() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\npart");
            client.readHead();
            client.read(4);
            client.reset();

            assertThat(origin.drain()).isFalse();
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.CLIENT_RESET);
        }
    }

    @Test
    void ofTheClientThatStoppedReadingALargeAnswer() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
            try (var writer = Stalled.write(origin, new byte[1 << 20], 95)) {
                writer.awaitStandstill();
                client.reset();
                writer.join();

                TestLedger.Session session = talk.proxy.ledger().awaitOnlyClosed();
                assertThat(session.closed.reason()).isEqualTo(CloseReason.CLIENT_RESET);
                assertThat(session.counts().down())
                        .isLessThanOrEqualTo(session.counts().originDown() + 200);
            }
        }
    }

    @Test
    void ofTheClientBetweenTwoRequests() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(Conversation.ok("one"));
            client.readMessage();
            client.reset();

            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.COMPLETED);
            Wire next = talk.client();
            next.send(talk.get("/2"));
            assertThat(origin.readHead()).startsWith("GET /2 ");
            origin.send(Conversation.ok("two"));
            assertThat(next.readMessage()).endsWith("two");
            talk.proxy.ledger().awaitClosed(2);
        }
    }

    @Test
    void ofTheOriginBeforeItsAnswer() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.reset();

            assertThat(client.readRest()).startsWith("HTTP/1.1 502 ");
            TestLedger.Session session = talk.settle(1).get(0);
            assertThat(session.closed.reason()).isEqualTo(CloseReason.ORIGIN_RESET);
            assertThat(session.closed.status()).isEqualTo(502);
        }
    }

    @Test
    void ofTheOriginInItsAnswer() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\npart");
            client.readHead();
            client.read(4);
            origin.reset();

            assertThat(client.drain()).isFalse();
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.ORIGIN_RESET);
        }
    }

    @Test
    void ofTheOriginInAnAnswerWithoutALength() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send("GET " + talk.origin.url("/") + " HTTP/1.0\r\n\r\n");
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.1 200 OK\r\n\r\npart");
            client.readHead();
            client.read(4);
            origin.reset();

            assertThat(client.drain()).isFalse();
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.ORIGIN_RESET);
        }
    }

    @Test
    void ofTheOriginInTheBodyThatItIsSent() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.post("/", "Content-Length: 100000000\r\n", ""));
            Wire origin = talk.origin.accept();
            origin.readHead();
            try (var writer = Stalled.write(client, new byte[1 << 20], 95)) {
                writer.awaitStandstill();
                origin.reset();

                assertThat(client.readRest()).startsWith("HTTP/1.1 502 ");
                writer.join();
                assertThat(talk.proxy.ledger().awaitOnlyClosed().closed.reason())
                        .isEqualTo(CloseReason.ORIGIN_RESET);
            }
        }
    }

    @Test
    void ofAnIdleOriginConnectionHarmsNobody() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/1"));
            Wire first = talk.origin.accept();
            first.readHead();
            first.send(Conversation.ok("one"));
            client.readMessage();
            first.reset();
            client.send(talk.get("/2"));
            Wire second = talk.origin.accept();
            second.readHead();
            second.send(Conversation.ok("two"));

            assertThat(client.readMessage()).endsWith("two");
            talk.proxy.ledger().awaitClosed(2);
        }
    }
}
