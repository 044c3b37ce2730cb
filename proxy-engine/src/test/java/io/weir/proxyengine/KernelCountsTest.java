package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.Tally;
import io.weir.proxyengine.access.TestUsers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The session's counts are the kernel's, as {@code ss} prints them for the proxy's own sockets. */
class KernelCountsTest {
    @TempDir
    Path folder;

    @BeforeAll
    static void needsSs() throws Exception {
        boolean found;
        try {
            found = new ProcessBuilder("ss", "-V").start().waitFor() == 0;
        } catch (IOException e) {
            found = false;
        }
        Assumptions.assumeTrue(found, "there is no ss here");
    }

    @ParameterizedTest
    @CsvSource({
        "SPLICE, 1, 0",
        "SPLICE, 70000, 3000000",
        "SPLICE, 4000001, 17",
        "EPOLL, 1, 0",
        "EPOLL, 70000, 3000000",
        "EPOLL, 4000001, 17",
        "NIO, 1, 0",
        "NIO, 4000001, 3000000"
    })
    void agree(Transport transport, long up, long down) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                var tunnel = TestTunnel.open(proxy)) {
            var upload = Peer.async(() -> {
                tunnel.client().writePattern(up);
                return null;
            });
            var download = Peer.async(() -> {
                tunnel.origin().writePattern(down);
                return null;
            });
            var arrival = Peer.async(() -> {
                tunnel.origin().readPattern(up);
                return null;
            });
            tunnel.client().readPattern(down);
            upload.get();
            download.get();
            arrival.get();
            TestLedger.Session session = tunnel.session(proxy);
            await().until(() -> session.counts().down() == down
                    && session.counts().up() == up
                    && session.counts().originUp() == up);

            String clientSide = "( sport = :" + proxy.port() + " and dport = :"
                    + tunnel.client().socket().getLocalPort() + " )";
            assertThat(figure(clientSide, "bytes_received"))
                    .isEqualTo(session.counts().up() + session.counts().overheadUp());
            await().until(() -> figure(clientSide, "bytes_acked") // the client's kernel may acknowledge late
                    == session.counts().down() + session.counts().overheadDown());
            String originSide = "( dport = :" + tunnel.origin().socket().getLocalPort() + " )";
            assertThat(figure(originSide, "bytes_received"))
                    .isEqualTo(session.counts().originDown());
            await().until(() -> figure(originSide, "bytes_acked") // whoever connects counts its SYN, too
                    == session.counts().originUp() + 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void agreeForATunnelThatWasAskedForWithSocks(Transport transport) throws Exception {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var proxy = TestProxy.start(settings ->
                        settings.transport(transport).listeners(ListenerConfig.of(ListenerKind.SOCKS5, address)));
                ServerSocket server = Peer.listen(0);
                Peer client = TestTunnel.connect(proxy, 0)) {
            int port = server.getLocalPort();
            client.write(new byte[] {5, 1, 0});
            client.readExactly(2);
            client.write(new byte[] {5, 1, 0, 1, 127, 0, 0, 1, (byte) (port >> 8), (byte) port});
            client.readExactly(10);
            try (var origin = new Peer(server.accept())) {
                var upload = Peer.async(() -> {
                    client.write(new byte[3_000_000]);
                    return null;
                });
                origin.readExactly(3_000_000);
                upload.get();
                var download = Peer.async(() -> {
                    origin.write(new byte[2_000_000]);
                    return null;
                });
                client.readExactly(2_000_000);
                download.get();
                TestLedger.Session session = TestTunnel.session(proxy, client);
                String filter = "( sport = :" + proxy.port() + " and dport = :"
                        + client.socket().getLocalPort() + " )";
                await().untilAsserted(() -> {
                    assertThat(session.counts())
                            .isEqualTo(new Tally(3_000_000, 2_000_000, 13, 12, 3_000_000, 2_000_000));
                    assertThat(figure(filter, "bytes_received")).isEqualTo(3_000_013);
                    assertThat(figure(filter, "bytes_acked")).isEqualTo(2_000_012);
                });
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void agreeForAConnectionThatIsAskedWhoItIs(Transport transport) throws Exception {
        String known = "Proxy-Authorization: Basic " + "YW5uYTpzZWNyZXQ=" + "\r\n";
        var access = new AccessConfig(
                TestUsers.write(folder.resolve("users"), "anna", "secret"), List.of(), AccessConfig.REALM);
        try (var talk =
                Conversation.start(settings -> settings.transport(transport).access(access))) {
            Wire client = talk.client();
            String get = talk.get("/");
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(get).readMessage()).startsWith("HTTP/1.1 407 ");
            }
            client.send(get.replaceFirst("\r\n", "\r\n" + known));
            Wire origin = talk.origin.accept();
            origin.readMessage();
            origin.send(Conversation.ok("hello"));
            client.readMessage();
            String head = TestTunnel.head(talk.origin.authority());
            assertThat(client.send(head).readMessage()).startsWith("HTTP/1.1 407 ");
            client.send(head.replaceFirst("\r\n", "\r\n" + known));
            client.readHead();
            client.send("ping");
            talk.origin.accept().read(4);
            String filter = "( sport = :" + talk.proxy.port() + " and dport = :"
                    + client.socket().getLocalPort() + " )";

            await().untilAsserted(() -> {
                Tally sum = talk.proxy.ledger().rootTotals();
                assertThat(sum.receivedFromClient()).isEqualTo(client.sent());
                assertThat(sum.deliveredToClient()).isEqualTo(client.received());
                assertThat(figure(filter, "bytes_received")).isEqualTo(client.sent());
                assertThat(figure(filter, "bytes_acked")).isEqualTo(client.received());
            });
        }
    }

    @Test
    void agreeForAnInterceptedTunnelOfHttp2() throws Exception {
        try (var talk = InterceptedTalk.start(InterceptedTalk.Layer.TLS, "h2")) {
            InterceptedTalk.Client raw = talk.client("h2");
            FramePeer client = FramePeer.client(raw.socket());
            Echo.serve(talk.originFrames());
            List<Integer> ids = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                int id = client.newStream();
                ids.add(id);
                client.headers(id, false, FramePeer.request("POST", "/" + i, "wanted", Integer.toString(i * 300)));
                client.data(id, Peer.patternBytes(i * 200), true);
            }
            for (int i = 0; i < 100; i++) {
                assertThat(client.message(ids.get(i)).body()).isEqualTo(Peer.patternBytes(i * 300));
            }
            TestLedger.Session root = talk.ledger().awaitSession(session -> session.opened.isRoot());
            String filter = "( sport = :" + talk.proxy.proxy().port() + " and dport = :"
                    + raw.raw().getLocalPort() + " )";

            await().untilAsserted(() -> {
                assertThat(figure(filter, "bytes_received"))
                        .isEqualTo(root.counts().up() + root.counts().overheadUp());
                assertThat(figure(filter, "bytes_acked"))
                        .isEqualTo(root.counts().down() + root.counts().overheadDown());
                assertThat(root.counts().up()).isEqualTo(raw.up());
            });
            assertThat(talk.ledger().exchanges()).hasSize(100);
            talk.settle(100);
        }
    }

    /** Absent when 0. */
    static long figure(String filter, String name) throws IOException {
        String line = ss(filter);
        assertThat(line).contains("ESTAB");
        Matcher matcher = Pattern.compile(name + ":(\\d+)").matcher(line);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    private static String ss(String... filter) throws IOException {
        var command = new java.util.ArrayList<>(java.util.List.of("ss", "-H", "-tinO"));
        command.addAll(java.util.List.of(filter));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
}
