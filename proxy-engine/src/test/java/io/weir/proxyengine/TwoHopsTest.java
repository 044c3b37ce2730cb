package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import io.weir.proxyengine.tls.TestAuthority;
import io.weir.proxyengine.upstream.UpstreamKind;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Weir behind Weir: whatever is carried, the first one's origin leg is what crossed, and that is the second one's client leg, to the byte. */
class TwoHopsTest {
    /** A way from the first to the second. */
    record Way(UpstreamKind kind, boolean withCredentials, Transport transport) {
        TwoHops start(Path folder) throws java.io.IOException {
            return TwoHops.start(
                    kind,
                    withCredentials ? "gr\u00fcn:1" : null,
                    withCredentials,
                    folder,
                    settings -> settings.transport(transport));
        }
    }

    static Stream<Way> ways() {
        return Stream.concat(
                Stream.of(UpstreamKind.values())
                        .flatMap(kind -> Stream.of(true, false).map(each -> new Way(kind, each, Transport.best()))),
                Stream.of(UpstreamKind.values()).map(kind -> new Way(kind, false, Transport.NIO)));
    }

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("ways")
    void plainRequestsOnOneConnection(Way way) throws Exception {
        String body = "b".repeat(300_000);
        try (var hops = way.start(folder);
                var origin = StrictOrigin.start(request ->
                        StrictOrigin.Answer.ok("got " + request.body().length()))) {
            Wire client = new Wire(hops.first().connect());
            String base = "http://127.0.0.1:" + origin.port();
            for (int i = 0; i < 3; i++) {
                client.send("GET " + base + "/" + i
                        + "?q=1 HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic Y2xpZW50Om93bg==\r\n\r\n");
                assertThat(client.readMessage()).startsWith("HTTP/1.1 200 ").endsWith("got 0");
            }
            client.send("POST " + base + "/post HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n\r\n"
                    + body);
            assertThat(client.readMessage()).endsWith("got 300000");
            client.send("POST " + base
                    + "/chunks HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
            assertThat(client.readMessage()).endsWith("got 5");
            client.close();

            hops.addUp();
            assertThat(origin.takeFaults()).isEmpty();
            for (StrictHttp.Message request : origin.takeRequests()) {
                assertThat(request.all("proxy-authorization")).isEmpty();
                assertThat(request.startLine()).contains(" /");
            }
            assertThat(hops.hop().connections())
                    .as("connections for five requests")
                    .isEqualTo(1);
            Tally first = hops.first().ledger().rootTotals();
            assertThat(first.up()).isEqualTo(client.sent());
            assertThat(first.down()).isEqualTo(client.received());
            assertThat(hops.first().ledger().sessions())
                    .filteredOn(session -> session.opened.method().equals("GET"))
                    .allSatisfy(session -> assertThat(session.upstream()).isEqualTo("next"));
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aTunnelWithMegabytesBothWays(Way way) throws Exception {
        long up = 3_000_017;
        long down = 5_000_003;
        try (var hops = way.start(folder);
                ServerSocket server = Peer.listen(0)) {
            Peer client = TestTunnel.connect(hops.first(), 0);
            client.write(TestTunnel.head(Peer.authority(server)).getBytes(StandardCharsets.US_ASCII));
            Peer origin = new Peer(server.accept());
            byte[] answer = client.readExactly(TestTunnel.ANSWER.length());
            assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo(TestTunnel.ANSWER);
            long headBytes = client.written();
            Peer fresh = new Peer(client.socket());
            var upload = Peer.async(() -> {
                fresh.writePattern(up);
                return null;
            });
            var download = Peer.async(() -> {
                origin.writePattern(down);
                return null;
            });
            var arrival = Peer.async(() -> {
                origin.readPattern(up);
                return null;
            });
            fresh.readPattern(down);
            upload.get();
            download.get();
            arrival.get();
            origin.shutdownOutput();
            assertThat(fresh.readToEnd()).isEqualTo(Peer.End.FIN);
            fresh.shutdownOutput();
            origin.readToEnd();
            origin.close();
            fresh.close();

            hops.addUp();
            TestLedger.Session session =
                    hops.first().ledger().awaitSession(each -> each.opened.protocol() == SessionProtocol.HTTPS_TUNNEL);
            assertThat(session.counts().up()).isEqualTo(up);
            assertThat(session.counts().down()).isEqualTo(down);
            assertThat(session.counts().overheadUp()).isEqualTo(headBytes);
            assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(session.upstream()).isEqualTo("next");
            assertThat(session.counts().originUp()).isGreaterThan(up);
        }
    }

    @ParameterizedTest
    @EnumSource(UpstreamKind.class)
    void interceptedTls(UpstreamKind kind) throws Exception {
        TestAuthority own = TestAuthority.create();
        TestAuthority origins = TestAuthority.create();
        InterceptConfig config = InterceptConfig.all(own.asAuthority()).trusting(List.of(origins.certificate()));
        try (var hops = TwoHops.start(kind, null, false, folder, settings -> settings.intercept(config));
                var origin = StrictOrigin.start(
                        origins.issue("localhost", "127.0.0.1").serverContext(),
                        request ->
                                StrictOrigin.Answer.ok("got " + request.body().length()))) {
            Socket raw = hops.first().connect();
            raw.getOutputStream()
                    .write(TestTunnel.head("127.0.0.1:" + origin.port()).getBytes(StandardCharsets.US_ASCII));
            raw.getInputStream().readNBytes(TestTunnel.ANSWER.length());
            var tls = (SSLSocket) own.clientContext().getSocketFactory().createSocket(raw, "localhost", 443, true);
            Wire client = new Wire(tls);
            for (int i = 0; i < 3; i++) {
                client.send("GET /" + i + " HTTP/1.1\r\nHost: 127.0.0.1:" + origin.port() + "\r\n\r\n");
                assertThat(client.readMessage()).endsWith("got 0");
            }
            String body = "b".repeat(200_000);
            client.send("POST /p HTTP/1.1\r\nHost: 127.0.0.1:" + origin.port() + "\r\nContent-Length: " + body.length()
                    + "\r\n\r\n" + body);
            assertThat(client.readMessage()).endsWith("got 200000");
            client.close();

            hops.addUp();
            List<TestLedger.Session> exchanges = hops.first().ledger().exchanges();
            assertThat(exchanges).hasSize(4);
            assertThat(exchanges).allSatisfy(each -> assertThat(each.upstream()).isEqualTo("next"));
        }
    }
}
