package io.weir.proxyengine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.proxyengine.SecureListener.Multiplexed;
import io.weir.proxyengine.access.PasswordChecker;
import io.weir.proxyengine.access.TestUsers;
import io.weir.proxyengine.tls.ClientName;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Listeners and users become others while the engine runs: who comes in then, who stays, and that all counts. */
class EntranceTest {
    private static final byte[] SOCKS_GREETING = {5, 1, 0};

    @TempDir
    Path folder;

    private long version = 1;

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static LiveConfig live() {
        return new LiveConfig(
                new Timeouts(
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(60),
                        Duration.ofMinutes(5),
                        Duration.ofHours(1),
                        Duration.ZERO),
                new EngineLimits(1000, SessionLimits.NONE, BandwidthLimits.NONE),
                PrivateDestinations.AUTO,
                null,
                null);
    }

    private static PreparedConfig prepare(TestProxy proxy, Entrance entrance) {
        return proxy.engine().prepare(live(), null, entrance);
    }

    /** Puts an entrance in force, and waits until it is at every door. */
    private void change(TestProxy proxy, Entrance entrance) {
        var change = new ConfigChanged(++version, "ab", "by=test");
        try (PreparedConfig ready = prepare(proxy, entrance)) {
            proxy.engine().reconfigure(ready, change, () -> {}).join();
        }
        proxy.engine().awaitEntered();
        await().until(() -> proxy.ledger().notices().contains(change));
    }

    private void listen(TestProxy proxy, ListenerConfig... listeners) {
        change(proxy, new Entrance(List.of(listeners), false, null));
    }

    private AccessConfig users(String name, String... namesAndPasswords) {
        Path file = TestUsers.write(folder.resolve(name), namesAndPasswords);
        return new AccessConfig(file, List.of(), AccessConfig.REALM);
    }

    private static void ask(Conversation talk, @Nullable AccessConfig access, EntranceTest test) {
        ListenerConfig listener = ListenerConfig.http(loopback(0)); // as it is
        test.change(talk.proxy, new Entrance(List.of(listener), false, access));
    }

    private static String as(String request, String credentials) {
        int lineEnd = request.indexOf("\r\n") + 2;
        String encoded = Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
        return request.substring(0, lineEnd) + "Proxy-Authorization: Basic " + encoded + "\r\n"
                + request.substring(lineEnd);
    }

    private static String answer(Wire client, Wire origin) throws IOException {
        origin.readMessage();
        origin.send(Conversation.ok("hello"));
        String answer = client.readMessage();
        assertThat(answer).endsWith("hello");
        return answer;
    }

    private static boolean isReached(InetSocketAddress address) throws IOException {
        try (var socket = new Socket(address.getAddress(), address.getPort())) {
            return socket.isConnected();
        } catch (ConnectException refused) {
            return false;
        }
    }

    // ---- users ----

    @ParameterizedTest
    @EnumSource(value = Transport.class, names = "EPOLL", mode = EnumSource.Mode.EXCLUDE)
    void usersComeChangeAndGoForTheNextRequestOfAConnectionThatIsKept(Transport transport) throws Exception {
        try (var talk = Conversation.start(settings -> settings.transport(transport))) {
            Wire tunnel = talk.client();
            tunnel.send(TestTunnel.head(talk.origin.authority()));
            assertThat(tunnel.readHead()).isEqualTo(TestTunnel.ANSWER);
            Wire far = talk.origin.accept();
            Wire client = talk.client();
            client.send(talk.get("/1"));
            Wire origin = talk.origin.accept();
            answer(client, origin);

            ask(talk, users("first", "anna", "blau"), this);
            client.send(talk.get("/2"));
            assertThat(client.readMessage())
                    .startsWith("HTTP/1.1 407 ")
                    .doesNotContainIgnoringCase("connection: close");
            client.send(as(talk.get("/3"), "anna:blau"));
            answer(client, origin);
            tunnel.send("ping");
            assertThat(far.read(4)).isEqualTo("ping");

            ask(talk, users("second", "anna", "rot"), this);
            client.send(as(talk.get("/4"), "anna:blau"));
            assertThat(client.readMessage()).startsWith("HTTP/1.1 407 ");
            client.send(as(talk.get("/5"), "anna:rot"));
            answer(client, origin);

            ask(talk, null, this);
            client.send(talk.get("/6"));
            assertThat(answer(client, origin)).doesNotContainIgnoringCase("connection: close");
            assertThat(talk.proxy.engine().users()).isEqualTo(-1);

            far.send("pong!");
            assertThat(tunnel.read(5)).isEqualTo("pong!");
            tunnel.finish();
            far.finish();
            assertThat(tunnel.readRest()).isEmpty();
            List<TestLedger.Session> all = talk.settle(7);
            assertThat(all.stream().map(each -> each.opened.user()).sorted())
                    .containsExactly("", "", "", "", "", "anna", "anna");
            assertThat(all.stream().filter(each -> each.closed.reason() == CloseReason.DENIED))
                    .hasSize(2);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Transport.class, names = "EPOLL", mode = EnumSource.Mode.EXCLUDE)
    void aPasswordThatIsBeingCheckedIsCheckedAgainByTheUsersOfNow(Transport transport) throws Exception {
        var time = new TestUsers();
        AccessConfig before = users("before", "anna", "blau", "bert", "rot");
        PasswordChecker passwords = time.open(before.users());
        try (var talk = Conversation.start(
                passwords, settings -> settings.transport(transport).access(before))) {
            Wire anna = talk.client();
            anna.send(as(talk.get("/a"), "anna:blau"));
            Wire bert = talk.client();
            bert.send(as(talk.get("/b"), "bert:rot"));
            await().until(() -> time.waiting() == 2);

            ask(talk, users("after", "bert", "rot"), this);

            assertThat(anna.readMessage()).startsWith("HTTP/1.1 407 ");
            answer(bert, talk.origin.accept());
            talk.settle(2);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Transport.class, names = "EPOLL", mode = EnumSource.Mode.EXCLUDE)
    void aSocksHandshakeThatNobodyWasAskedInIsVoidWhenThereAreUsers(Transport transport) throws Exception {
        ListenerConfig socks = ListenerConfig.of(ListenerKind.SOCKS5, loopback(0));
        try (var proxy =
                TestProxy.start(settings -> settings.transport(transport).listeners(socks))) {
            Peer client = TestTunnel.connect(proxy, 0);
            client.write(SOCKS_GREETING);
            assertThat(client.readExactly(2)).containsExactly(5, 0);

            change(proxy, new Entrance(List.of(socks), false, users("users", "anna", "blau")));
            client.write(new byte[] {5, 1, 0, 1, 127, 0, 0, 1, 0, 80});

            assertThat(client.readExactly(10)).startsWith(5, 2);
            client.close();
            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.closed.reason()).isEqualTo(CloseReason.DENIED);
            assertThat(session.counts().receivedFromClient()).isEqualTo(client.written());
            assertThat(session.counts().deliveredToClient()).isEqualTo(client.read());
        }
    }

    @Test
    void usersThatCannotBeReadAreRefusedAndNothingChanges() throws Exception {
        try (var talk = Conversation.start()) {
            var access = new AccessConfig(folder.resolve("none"), List.of(), AccessConfig.REALM);
            var next = new Entrance(List.of(ListenerConfig.http(talk.proxy.address())), false, access);

            assertThatThrownBy(() -> prepare(talk.proxy, next))
                    .isInstanceOf(UsersException.class)
                    .hasMessageContaining("none");

            Wire client = talk.client();
            client.send(talk.get("/"));
            answer(client, talk.origin.accept());
            talk.settle(1);
        }
    }

    // ---- listeners ----

    @ParameterizedTest
    @EnumSource(value = Transport.class, names = "EPOLL", mode = EnumSource.Mode.EXCLUDE)
    void aListenerThatIsGoneLeavesItsTunnelsAndEndsWhatIsKeptWithItsNextAnswer(Transport transport) throws Exception {
        try (var talk = Conversation.start(settings -> settings.transport(transport))) {
            Wire tunnel = talk.client();
            tunnel.send(TestTunnel.head(talk.origin.authority()));
            assertThat(tunnel.readHead()).isEqualTo(TestTunnel.ANSWER);
            Wire far = talk.origin.accept();
            Wire client = talk.client();
            client.send(talk.get("/1"));
            Wire origin = talk.origin.accept();
            assertThat(answer(client, origin)).doesNotContainIgnoringCase("connection: close");

            ListenerConfig socks = ListenerConfig.of(ListenerKind.SOCKS5, loopback(0));
            listen(talk.proxy, socks);

            InetSocketAddress now = talk.proxy.engine().addresses().get(0);
            assertThat(talk.proxy.engine().listeners())
                    .extracting(ListenerConfig::kind)
                    .containsExactly(ListenerKind.SOCKS5);
            assertThat(isReached(talk.proxy.address())).isFalse();
            try (Peer other = new Peer(new Socket(now.getAddress(), now.getPort()))) {
                other.write(SOCKS_GREETING);
                assertThat(other.readExactly(2)).containsExactly(5, 0);
                other.write(new byte[] {5, 1, 0, 1, 127, 0, 0, 1, (byte) (now.getPort() >> 8), (byte) now.getPort()});
                assertThat(other.readExactly(10))
                        .as("the new address is the node's own")
                        .startsWith(5, 2);
            }
            client.send(talk.get("/2"));
            assertThat(answer(client, origin)).containsIgnoringCase("connection: close");
            assertThat(client.readRest()).isEmpty();
            tunnel.send("ping");
            assertThat(far.read(4)).isEqualTo("ping");

            listen(talk.proxy, ListenerConfig.http(talk.proxy.address()));
            Wire again = talk.client();
            again.send(talk.get("/3"));
            assertThat(answer(again, origin)).doesNotContainIgnoringCase("connection: close"); // which was kept
            far.send("pong!");
            assertThat(tunnel.read(5)).isEqualTo("pong!");
            tunnel.finish();
            far.finish();
            assertThat(tunnel.readRest()).isEmpty();
            List<TestLedger.Session> all = talk.proxy.ledger().awaitClosed(5);
            assertThat(all).hasSize(5);
            assertThat(all.stream().filter(each -> each.closed.reason() == CloseReason.COMPLETED))
                    .hasSize(4);
        }
    }

    @Test
    void oneSocketBecomesAListenerOfAnotherKindAndWhatIsKeptOfTheOldOneEnds() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/1"));
            Wire origin = talk.origin.accept();
            answer(client, origin);

            listen(talk.proxy, ListenerConfig.of(ListenerKind.MIXED, talk.proxy.address()));

            client.send(talk.get("/2"));
            assertThat(answer(client, origin)).containsIgnoringCase("connection: close");
            Wire socks = talk.client();
            socks.send(SOCKS_GREETING);
            assertThat(socks.read(2)).isEqualTo("\5\0");
            socks.close();
            talk.proxy.ledger().awaitClosed(3);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Transport.class, names = "EPOLL", mode = EnumSource.Mode.EXCLUDE)
    void whatCannotBeHadIsToldAllAtOnceAndNothingIsTaken(Transport transport) throws Exception {
        try (var talk = Conversation.start(settings -> settings.transport(transport));
                ServerSocket taken = Peer.listen(0);
                ServerSocket alsoTaken = Peer.listen(0)) {
            ListenerConfig free = ListenerConfig.of(ListenerKind.SOCKS5, loopback(0));
            List<ListenerConfig> before = talk.proxy.engine().listeners();
            var next = new Entrance(
                    List.of(
                            free,
                            ListenerConfig.http(loopback(taken.getLocalPort())),
                            ListenerConfig.http(loopback(alsoTaken.getLocalPort()))),
                    false,
                    users("users", "anna", "blau"));

            assertThatThrownBy(() -> prepare(talk.proxy, next))
                    .isInstanceOf(ListenException.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + alsoTaken.getLocalPort());

            InetSocketAddress taking;
            try (PreparedConfig possible = prepare(talk.proxy, new Entrance(List.of(free), false, null))) {
                taking = requireNonNull(possible.entrance())
                        .listeners()
                        .addresses()
                        .get(0);
            } // somebody changed his mind
            await().until(() -> !isReached(taking));
            assertThat(talk.proxy.engine().listeners()).isEqualTo(before);
            Wire client = talk.client();
            client.send(talk.get("/"));
            assertThat(answer(client, talk.origin.accept())).doesNotContainIgnoringCase("connection: close");
            talk.settle(1);
        }
    }

    @Test
    void aListenerOnLoopbackBecomesOneOnAllOfTheMachineAndBack() throws Exception {
        Assumptions.assumeTrue(Transport.best().hasRawSockets());
        try (var talk = Conversation.start()) {
            ListenerConfig narrow = ListenerConfig.http(talk.proxy.address());
            var everywhere = new InetSocketAddress("0.0.0.0", talk.proxy.port());
            for (int i = 0; i < 3; i++) {
                change(talk.proxy, new Entrance(List.of(ListenerConfig.http(everywhere)), true, null));
                assertThat(isReached(new InetSocketAddress("127.0.0.2", talk.proxy.port())))
                        .isTrue();
                change(talk.proxy, new Entrance(List.of(narrow), true, null));
                assertThat(isReached(new InetSocketAddress("127.0.0.2", talk.proxy.port())))
                        .isFalse();
                assertThat(isReached(talk.proxy.address())).isTrue();
            }
            assertThatThrownBy(() ->
                            prepare(talk.proxy, new Entrance(List.of(ListenerConfig.http(everywhere)), false, null)))
                    .hasMessageContaining("open proxy");
        }
    }

    @Test
    void whoCameFromElsewhereGetsNothingWhereNowOnlyThisMachineIsServed() throws Exception {
        ListenerConfig balanced =
                ListenerConfig.http(loopback(0)).named("balanced").behind(List.of(Network.parse("127.0.0.0/8")));
        String header = "PROXY TCP4 192.0.2.7 127.0.0.1 4711 80\r\n";
        try (var proxy = TestProxy.start(settings ->
                        settings.allowOpen(true).listeners(balanced).privateDestinations(PrivateDestinations.ALLOW));
                ScriptedOrigin origin = ScriptedOrigin.start()) {
            var client = new Wire(proxy.connect());
            String request = "GET " + origin.url("/") + " HTTP/1.1\r\nHost: x\r\n\r\n";
            client.send(header + request);
            Wire far = origin.accept();
            far.readMessage();
            far.send(Conversation.ok("hello"));
            client.readMessage();

            listen(proxy, ListenerConfig.http(loopback(0)));
            client.send(request);

            assertThat(client.readMessage())
                    .startsWith("HTTP/1.1 503 ")
                    .contains("Connection: close", "the listener of this connection is no more");
            client.close();
            proxy.ledger().awaitClosed(2);
            assertThat(proxy.ledger().rootTotals().receivedFromClient()).isEqualTo(client.sent());
            assertThat(proxy.ledger().rootTotals().deliveredToClient()).isEqualTo(client.received());
        }
    }

    @Test
    void whoCameFromElsewhereAndWhosePasswordIsBeingCheckedGetsNothingEither() throws Exception {
        ListenerConfig balanced =
                ListenerConfig.http(loopback(0)).named("balanced").behind(List.of(Network.parse("127.0.0.0/8")));
        var time = new TestUsers();
        AccessConfig access = users("users", "anna", "blau");
        PasswordChecker passwords = time.open(access.users());
        try (var proxy = TestProxy.start(
                        passwords,
                        settings -> settings.listeners(balanced)
                                .access(access)
                                .privateDestinations(PrivateDestinations.ALLOW));
                ScriptedOrigin origin = ScriptedOrigin.start()) {
            var client = new Wire(proxy.connect());
            String request = "GET " + origin.url("/") + " HTTP/1.1\r\nHost: x\r\n\r\n";
            client.send("PROXY TCP4 192.0.2.7 127.0.0.1 4711 80\r\n" + as(request, "anna:guess"));
            await().until(() -> time.waiting() == 1);

            listen(proxy, ListenerConfig.http(loopback(0)));

            assertThat(client.readMessage())
                    .startsWith("HTTP/1.1 503 ")
                    .contains("the listener of this connection is no more");
            client.close();
            proxy.ledger().awaitClosed(1);
            assertThat(proxy.ledger().rootTotals().receivedFromClient()).isEqualTo(client.sent());
        }
    }

    @Test
    void whereOthersWereLetInOnceLoopbackIsNotAllowedByItself() throws Exception {
        var everywhere = new InetSocketAddress("0.0.0.0", 0);
        try (var proxy = TestProxy.start(
                        settings -> settings.allowOpen(true).listeners(ListenerConfig.http(everywhere)));
                ScriptedOrigin origin = ScriptedOrigin.start()) {
            listen(proxy, ListenerConfig.http(loopback(0)));

            InetSocketAddress now = proxy.engine().addresses().get(0);
            var client = new Wire(new Socket(now.getAddress(), now.getPort()));
            client.send("GET " + origin.url("/") + " HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.readMessage())
                    .startsWith("HTTP/1.1 403 ")
                    .contains("loopback and private addresses are refused");
            client.close();
            proxy.ledger().awaitClosed(1);
        }
    }

    @Test
    void anotherCertificateIsForTheNextHandshakeAndHttp2IsToldToGoAwayWithItsNextAnswer() throws Exception {
        var first = new SecureListener(folder);
        var second = new SecureListener(Files.createDirectory(folder.resolve("second")));
        try (var proxy = first.start(settings -> settings);
                ServerSocket server = Peer.listen(0);
                Multiplexed client = first.connectHttp2(proxy)) {
            int tunnel = client.tunnel(Peer.authority(server));
            var origin = new Peer(server.accept());

            ListenerConfig other = second.config(ListenerKind.HTTPS, false, ClientName.NONE);
            listen(proxy, new ListenerConfig("secure", ListenerKind.HTTPS, proxy.address(), List.of(), other.tls()));

            try (Multiplexed later = second.connectHttp2(proxy)) {
                int refused = later.connect(Peer.authority(server));
                assertThat(String.valueOf(later.peer().head(refused).status())).isEqualTo("200");
                server.accept().close();
                later.leave();
            }
            int done = client.request("GET", "127.0.0.1:" + proxy.port(), "/", true);
            assertThat(String.valueOf(client.peer().head(done).status())).isEqualTo("403");
            client.peer().drain(done);
            assertThat(client.peer().awaitGoAway()).isEqualTo(done);
            origin.write(Peer.patternBytes(100));
            assertThat(client.peer().piece(tunnel)).hasSize(100);
            origin.shutdownOutput();
            client.peer().drain(tunnel);
            client.peer().data(tunnel, "", true);
            client.leave();
            origin.close();
            proxy.ledger().awaitClosed(5);
            assertThat(proxy.ledger().sessions()).hasSize(5);
        }
    }

    @Test
    void aCertificateThatCannotBeUsedIsRefusedAndNamed() throws Exception {
        var listener = new SecureListener(folder);
        try (var proxy = listener.start(settings -> settings)) {
            Path broken = Files.writeString(folder.resolve("broken.pem"), "nothing");
            var tls = new ListenerTls(broken, folder.resolve("key.pem"), null, false);
            var next = new ListenerConfig("secure", ListenerKind.HTTPS, proxy.address(), List.of(), tls);

            assertThatThrownBy(() -> prepare(proxy, new Entrance(List.of(next), false, null)))
                    .isInstanceOf(ListenException.class)
                    .hasMessageContaining("listener secure")
                    .hasMessageContaining("broken.pem");

            listener.connectHttp2(proxy).leave();
        }
    }
}
