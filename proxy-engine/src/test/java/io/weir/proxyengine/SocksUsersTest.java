package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.Tally;
import io.weir.proxyengine.access.PasswordChecker;
import io.weir.proxyengine.access.TestUsers;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SOCKS with user and password (RFC 1929): who passes, what is answered, what is counted. */
class SocksUsersTest {
    private static final byte[] GREETING = {5, 2, 0, 2};
    private static final byte[] METHOD = {5, 2};

    @TempDir
    Path folder;

    private final TestUsers time = new TestUsers();
    private Path file;

    @BeforeEach
    void writeFile() {
        file = TestUsers.write(folder.resolve("users"), "anna", "gr\u00fcn");
    }

    private TestProxy start(PasswordChecker passwords, Transport transport, String... exempt) {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        List<Network> networks = List.of(exempt).stream().map(Network::parse).toList();
        return TestProxy.start(
                passwords,
                settings -> settings.transport(transport)
                        .access(new AccessConfig(file, networks, AccessConfig.REALM))
                        .listeners(ListenerConfig.of(ListenerKind.SOCKS5, address)));
    }

    private static byte[] credentials(String user, String password) {
        byte[] name = user.getBytes(StandardCharsets.UTF_8);
        byte[] secret = password.getBytes(StandardCharsets.UTF_8);
        var all = new ByteArrayOutputStream();
        all.write(1);
        all.write(name.length);
        all.writeBytes(name);
        all.write(secret.length);
        all.writeBytes(secret);
        return all.toByteArray();
    }

    private static byte[] request(int port) {
        return new byte[] {5, 1, 0, 1, 127, 0, 0, 1, (byte) (port >> 8), (byte) port};
    }

    private static byte[] bytes(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void theRightPasswordOpensATunnelAndAllCounts(Transport transport) throws Exception {
        PasswordChecker passwords = time.runsAtOnce(true).open(file);
        try (var proxy = start(passwords, transport);
                ServerSocket server = Peer.listen(0)) {
            byte[] who = credentials("anna", "gr\u00fcn");
            for (int i = 0; i < 3; i++) { // the second is known
                try (Peer client = TestTunnel.connect(proxy, 0)) {
                    client.write(GREETING);
                    assertThat(client.readExactly(2)).isEqualTo(METHOD);
                    client.write(who);
                    assertThat(client.readExactly(2)).containsExactly(1, 0);
                    client.write(request(server.getLocalPort()));
                    assertThat(client.readExactly(10)).startsWith(5, 0);
                    try (var origin = new Peer(server.accept())) {
                        client.write(new byte[4]);
                        client.shutdownOutput();
                        origin.readExactly(4);
                        origin.write(new byte[7]);
                    }
                    client.readExactly(7);
                }
            }
            for (TestLedger.Session session : proxy.ledger().awaitClosed(3)) {
                assertThat(session.opened.user()).isEqualTo("anna");
                assertThat(session.counts()).isEqualTo(new Tally(4, 7, 4 + who.length + 10, 2 + 2 + 10, 4, 7));
            }
            assertThat(passwords.computed()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aHandshakeThatComesAtOnceWaitsForTheCheck(Transport transport) throws Exception {
        PasswordChecker passwords = time.open(file);
        try (var proxy = start(passwords, transport);
                ServerSocket server = Peer.listen(0);
                Peer client = TestTunnel.connect(proxy, 0)) {
            byte[] said = bytes(
                    GREETING,
                    credentials("anna", "gr\u00fcn"),
                    request(server.getLocalPort()),
                    "early".getBytes(StandardCharsets.US_ASCII));
            client.write(said);
            assertThat(client.readExactly(2)).isEqualTo(METHOD);
            await().until(() -> time.waiting() == 1);
            client.write("later".getBytes(StandardCharsets.US_ASCII));
            time.runAll();
            assertThat(client.readExactly(12)).startsWith(1, 0, 5, 0);
            try (var origin = new Peer(server.accept())) {
                assertThat(origin.readExactly(10)).isEqualTo("earlylater".getBytes(StandardCharsets.US_ASCII));
                client.shutdownOutput();
            }
            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.counts()).isEqualTo(new Tally(10, 0, said.length - 5, 14, 10, 0));
            assertThat(session.opened.user()).isEqualTo("anna");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whoIsWrongOrSaysNothingIsTurnedAwayAndWrittenDown(Transport transport) throws Exception {
        PasswordChecker passwords = time.runsAtOnce(true).open(file);
        try (var proxy = start(passwords, transport)) {
            long sent = 0;
            long got = 0;
            for (byte[] who :
                    List.of(credentials("anna", "blau"), credentials("nobody", "gr\u00fcn"), credentials("", ""))) {
                try (Peer client = TestTunnel.connect(proxy, 0)) {
                    client.write(bytes(GREETING, who));
                    assertThat(client.readExactly(4)).containsExactly(5, 2, 1, 1);
                    assertThat(client.readToEnd()).isEqualTo(Peer.End.FIN);
                    sent += client.written();
                    got += 4;
                }
            }
            try (Peer none = TestTunnel.connect(proxy, 0)) {
                none.write(new byte[] {5, 1, 0});
                assertThat(none.readExactly(2)).containsExactly(5, -1);
                none.readToEnd();
                sent += 3;
                got += 2;
            }
            try (Peer old = TestTunnel.connect(proxy, 0)) {
                old.write(new byte[] {4, 1, 0, 80, 0, 0, 0, 1, 'a', 'n', 'n', 'a', 0, 'a', '.', 'b', 0});
                assertThat(old.readExactly(8)).startsWith(0, 0x5d);
                old.readToEnd();
                sent += 17;
                got += 8;
            }
            List<TestLedger.Session> sessions = proxy.ledger().awaitClosed(5);
            assertThat(sessions)
                    .allMatch(session -> session.closed.reason() == CloseReason.DENIED
                            && session.closed.status() == 407
                            && session.opened.user().isEmpty());
            assertThat(proxy.ledger().rootTotals().overheadUp()).isEqualTo(sent);
            assertThat(proxy.ledger().rootTotals().overheadDown()).isEqualTo(got);
            assertThat(proxy.ledger().notices()).hasSize(5).allMatch(ConnectionRefused.class::isInstance);
            assertThat(passwords.computed()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whoLeavesWhileItIsCheckedIsCounted(Transport transport) throws Exception {
        PasswordChecker passwords = time.open(file);
        try (var proxy = start(passwords, transport)) {
            Peer client = TestTunnel.connect(proxy, 0);
            byte[] said = bytes(GREETING, credentials("anna", "gr\u00fcn"));
            client.write(said);
            client.readExactly(2);
            await().until(() -> time.waiting() == 1);
            client.reset();
            time.runAll();
            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.counts().overheadUp()).isEqualTo(said.length);
            assertThat(session.counts().overheadDown()).isBetween(2L, 4L);
            assertThat(session.closed.reason()).isIn(CloseReason.CLIENT_RESET, CloseReason.CLIENT_ABORTED);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whoComesTooEarlyAndForWhomThereIsNoRoomIsNotGranted(Transport transport) throws Exception {
        PasswordChecker passwords = time.runsAtOnce(true).open(file);
        try (var proxy = start(passwords, transport)) {
            for (int i = 0; i < 100; i++) {
                Peer client = TestTunnel.connect(proxy, 0);
                client.write(bytes(GREETING, credentials("anna", "guess" + i)));
                client.readExactly(2);
                int before = i;
                await().until(() -> time.waiting() > 0
                        || before < 5
                        || client.socket().getInputStream().available() > 0);
                if (client.socket().getInputStream().available() > 0) {
                    assertThat(client.readExactly(2)).containsExactly(1, 1);
                }
                client.close();
            }
            assertThat(passwords.computed()).isEqualTo(5);
            int held = time.waiting();
            assertThat(held).isBetween(1, 10);
            time.advance(10, TimeUnit.SECONDS);
            proxy.ledger().awaitClosed(100);
            assertThat(passwords.computed()).isEqualTo(5 + held);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whoIsExemptIsNotAskedBySocks4Either(Transport transport) throws Exception {
        PasswordChecker passwords = time.open(file);
        try (var proxy = start(passwords, transport, "127.0.0.0/8");
                ServerSocket server = Peer.listen(0);
                Peer client = TestTunnel.connect(proxy, 0)) {
            int port = server.getLocalPort();
            client.write(new byte[] {4, 1, (byte) (port >> 8), (byte) port, 127, 0, 0, 1, 0});
            assertThat(client.readExactly(8)).startsWith(0, 0x5a);
            server.accept().close();
            client.socket().close();
            try (Peer five = TestTunnel.connect(proxy, 0)) {
                five.write(GREETING);
                assertThat(five.readExactly(2)).containsExactly(5, 0);
            }
            assertThat(proxy.ledger().awaitClosed(2))
                    .allMatch(session -> session.opened.user().isEmpty());
        }
    }
}
