package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import io.weir.proxyengine.SecureListener.Multiplexed;
import io.weir.proxyengine.access.TestUsers;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests for plain HTTP in streams of HTTP/2 to the proxy, and who asks: what reaches the origin and the client, and what is counted. */
@Tag("jdk")
class Http2RequestsTest {
    @TempDir
    Path folder;

    private SecureListener listener;

    @BeforeEach
    void prepare() {
        listener = new SecureListener(folder);
    }

    private static TestLedger.Session sessionOf(List<TestLedger.Session> all, String method) {
        return all.stream()
                .filter(session -> session.opened.method().equals(method))
                .findFirst()
                .orElseThrow();
    }

    private static Tally counts(Multiplexed client, int stream, TestLedger.Session session) {
        return new Tally(
                client.peer().sent(stream),
                client.peer().received(stream),
                0,
                0,
                session.counts().originUp(),
                session.counts().originDown());
    }

    @Test
    void aRequestAndItsAnswerPassAndCountAsTheirFrames() throws Exception {
        try (var proxy = listener.start(settings -> settings.nodeName("weir"));
                var origin = ScriptedOrigin.start();
                Multiplexed client = listener.connectHttp2(proxy)) {
            int id = client.request("GET", origin.authority(), "/a?b=c", true, "x", "y", "te", "trailers");
            Wire wire = origin.accept();
            assertThat(wire.readHead())
                    .startsWith("GET /a?b=c HTTP/1.1\r\n")
                    .containsIgnoringCase("\r\nhost: " + origin.authority() + "\r\n")
                    .contains("\r\nvia: 2 weir\r\n")
                    .contains("\r\nx: y\r\n")
                    .doesNotContain("proxy-")
                    .doesNotContainIgnoringCase("transfer-encoding");
            wire.send("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive, z\r\nZ: 1\r\nA: b\r\n\r\nhello");
            FramePeer.Message answer = client.peer().message(id);
            assertThat(answer.interims()).extracting(each -> each.status() + "").containsExactly("103");
            assertThat(answer.field(":status") + answer.field("content-length") + answer.field("a") + answer.text())
                    .isEqualTo("2005bhello");
            assertThat(answer.field("connection") + answer.field("z")).isEqualTo("nullnull");
            assertThat(answer.field("via")).isEqualTo("1.1 weir");

            int again = client.request("HEAD", origin.authority(), "/", true);
            assertThat(wire.readHead()).startsWith("HEAD / HTTP/1.1\r\n");
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
            answer = client.peer().message(again);
            assertThat(answer.field("content-length")).isEqualTo("500");
            assertThat(answer.endsWithHead()).isTrue();
            int empty = client.request("DELETE", origin.authority(), "/", true);
            assertThat(wire.readHead()).startsWith("DELETE / HTTP/1.1\r\n");
            wire.send("HTTP/1.1 204 No Content\r\n\r\n");
            assertThat(client.peer().message(empty).endsWithHead()).isTrue();
            client.leave();

            List<TestLedger.Session> all = proxy.ledger().awaitClosed(4);
            TestLedger.Session session = sessionOf(all, "GET");
            assertThat(session.opened.protocol()).isEqualTo(SessionProtocol.HTTP);
            assertThat(session.opened.url()).isEqualTo("http://" + origin.authority() + "/a?...");
            assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(session.counts()).isEqualTo(counts(client, id, session));
            assertThat(sessionOf(all, "HEAD").counts()).isEqualTo(counts(client, again, sessionOf(all, "HEAD")));
            assertThat(sessionOf(all, "DELETE").counts()).isEqualTo(counts(client, empty, sessionOf(all, "DELETE")));
            client.addsUp(proxy);
        }
    }

    @Test
    void bodiesPassWithTheirTrailersWhetherTheirLengthIsSaidOrNot() throws Exception {
        try (var proxy = listener.start(settings -> settings);
                var origin = ScriptedOrigin.start();
                Multiplexed client = listener.connectHttp2(proxy)) {
            int id = client.request("POST", origin.authority(), "/", false, "cookie", "a=b", "cookie", "c=d");
            client.peer().data(id, "one", false);
            Wire wire = origin.accept();
            String head = wire.readHead();
            assertThat(head).containsIgnoringCase("\r\ntransfer-encoding: chunked\r\n");
            assertThat(head).contains("cookie: a=b; c=d\r\n");
            assertThat(wire.read(8)).isEqualTo("3\r\none\r\n");
            client.peer().data(id, "two", false);
            client.peer().headers(id, true, "checksum", "x");
            assertThat(wire.readTo("\r\n\r\n")).isEqualTo("3\r\ntwo\r\n0\r\nchecksum: x\r\n\r\n");
            wire.send(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: t\r\n\r\n4\r\nfour\r\n5\r\n-five\r\n0\r\nT: u\r\n\r\n");
            FramePeer.Message answer = client.peer().message(id);
            assertThat(answer.text() + answer.trailer("t")).isEqualTo("four-fiveu");

            String body = "z".repeat(150_000);
            int sized = client.request("PUT", origin.authority(), "/", false, "content-length", "150000");
            client.peer().data(sized, body, true);
            assertThat(wire.readHead()).containsIgnoringCase("\r\ncontent-length: 150000\r\n");
            assertThat(wire.read(150_000)).isEqualTo(body);
            wire.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body).close();
            assertThat(client.peer().message(sized).text()).isEqualTo(body);
            client.leave();

            List<TestLedger.Session> all = proxy.ledger().awaitClosed(3);
            assertThat(sessionOf(all, "POST").counts()).isEqualTo(counts(client, id, sessionOf(all, "POST")));
            assertThat(sessionOf(all, "PUT").counts()).isEqualTo(counts(client, sized, sessionOf(all, "PUT")));
            client.addsUp(proxy);
        }
    }

    @Test
    void anAnswerBeforeTheRequestsEndAndOneThatBreaksOffEndThatStreamOnly() throws Exception {
        try (var proxy = listener.start(settings -> settings);
                var origin = ScriptedOrigin.start();
                Multiplexed client = listener.connectHttp2(proxy)) {
            int early = client.request("POST", origin.authority(), "/", false);
            Wire wire = origin.accept();
            wire.readHead();
            wire.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
            assertThat(client.peer().message(early).field(":status")).isEqualTo("413");
            assertThat(client.peer().awaitReset(early)).isZero();

            int broken = client.request("GET", origin.authority(), "/", true);
            Wire other = origin.accept();
            other.readHead();
            other.send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf").close();
            assertThat(catchThrowableOfType(
                                    FramePeer.StreamEnded.class,
                                    () -> client.peer().message(broken))
                            .code)
                    .isEqualTo(2);

            int cancelled = client.request("GET", origin.authority(), "/", true);
            Wire third = origin.accept();
            third.readHead();
            client.peer().reset(cancelled, 8);
            third.drain();

            int unreachable = client.request("GET", "127.0.0.1:" + proxy.port(), "/", true);
            assertThat(client.peer().message(unreachable).field(":status")).isEqualTo("403");
            int notHttp = client.peer().newStream();
            client.peer().headers(notHttp, true, FramePeer.request("GET", "/"));
            assertThat(client.peer().message(notHttp).field(":status")).isEqualTo("400");
            client.leave();
            assertThat(proxy.ledger().awaitClosed(6))
                    .extracting(session -> session.closed.reason())
                    .containsExactlyInAnyOrder(
                            CloseReason.COMPLETED,
                            CloseReason.COMPLETED,
                            CloseReason.ORIGIN_ABORTED,
                            CloseReason.CLIENT_ABORTED,
                            CloseReason.DENIED,
                            CloseReason.BAD_REQUEST);
            client.addsUp(proxy);
        }
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ':' + password).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void eachStreamSaysWhoAsks() throws Exception {
        Path users = TestUsers.write(folder.resolve("users"), "anna", "green", "bert", "blue");
        var access = new AccessConfig(users, List.of(), AccessConfig.REALM);
        try (var proxy = listener.start(settings -> settings.access(access));
                var origin = ScriptedOrigin.start();
                ServerSocket server = Peer.listen(0);
                Multiplexed client = listener.connectHttp2(proxy)) {
            int nobody = client.connect(Peer.authority(server));
            FramePeer.Message asked = client.peer().message(nobody);
            assertThat(asked.field(":status")).isEqualTo("407");
            assertThat(asked.field("proxy-authenticate")).isEqualTo("Basic realm=\"Weir\", charset=\"UTF-8\"");
            int wrong = client.request("GET", origin.authority(), "/", true, "proxy-authorization", basic("anna", "x"));
            assertThat(client.peer().message(wrong).field(":status")).isEqualTo("407");
            int anna = client.tunnel(Peer.authority(server), "proxy-authorization", basic("anna", "green"));
            server.accept().close();
            client.peer().data(anna, "", true);
            client.peer().drain(anna);
            int bert =
                    client.request("GET", origin.authority(), "/", true, "proxy-authorization", basic("bert", "blue"));
            Wire wire = origin.accept();
            assertThat(wire.readHead()).doesNotContainIgnoringCase("authorization");
            wire.send("HTTP/1.1 204 No Content\r\n\r\n");
            assertThat(client.peer().message(bert).field(":status")).isEqualTo("204");
            client.leave();

            List<TestLedger.Session> all = proxy.ledger().awaitClosed(5);
            assertThat(all)
                    .extracting(session ->
                            session.opened.method() + " " + session.opened.user() + " " + session.closed.status())
                    .containsExactlyInAnyOrder("TUNNEL  407", "GET  407", "TUNNEL anna 200", "GET bert 204", "TLS  0");
            TestLedger.Session refused = all.stream()
                    .filter(session -> session.opened.method().equals("GET") && session.closed.status() == 407)
                    .findFirst()
                    .orElseThrow();
            assertThat(refused.counts()).isEqualTo(counts(client, wrong, refused));
            client.addsUp(proxy);
        }
    }

    @Test
    void aTunnelInAStreamIsReadLikeAnyOther() throws Exception {
        ListenerConfig config = listener.config();
        try (var proxy = InterceptingProxy.start(settings -> settings.listeners(config), interception -> interception);
                var origin = ServedOrigin.https(proxy.originContext());
                Multiplexed client = listener.connectHttp2(proxy.proxy())) {
            int id = client.tunnel("localhost:" + origin.port());
            try (var tls = new TlsInStream(client.peer(), id, proxy.clientContext())) {
                String answer = tls.ask(
                        "GET /inside HTTP/1.1\r\nHost: localhost:" + origin.port() + "\r\nConnection: close\r\n\r\n");
                assertThat(answer).startsWith("HTTP/1.1 200");
            }
            client.peer().data(id, "", true);
            client.peer().drain(id);
            client.leave();
            List<TestLedger.Session> all = proxy.ledger().awaitClosed(3);
            TestLedger.Session tunnel = sessionOf(all, "TUNNEL");
            assertThat(tunnel.detected).isEqualTo(SessionProtocol.HTTPS_MITM);
            TestLedger.Session child = sessionOf(all, "GET");
            assertThat(child.opened.parentId()).isEqualTo(tunnel.opened.sessionId());
            assertThat(child.opened.url()).isEqualTo("https://localhost:" + origin.port() + "/inside");
            client.addsUp(proxy.proxy());
        }
    }
}
