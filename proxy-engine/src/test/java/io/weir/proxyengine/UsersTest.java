package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import io.weir.proxyengine.access.PasswordChecker;
import io.weir.proxyengine.access.TestUsers;
import java.io.IOException;
import java.net.Authenticator;
import java.net.InetAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A proxy that asks who its clients are: what they are answered, what passes, what is counted and written down. */
@Tag("jdk")
class UsersTest {
    private static final String ANNA = "Proxy-Authorization: " + basic("anna", "gr\u00fcn") + "\r\n";
    private static final String BERT = "Proxy-Authorization: " + basic("bert", "blau") + "\r\n";
    private static final String WRONG = "Proxy-Authorization: " + basic("anna", "canary") + "\r\n";
    private static final String NOBODY = "Proxy-Authorization: " + basic("nobody", "canary") + "\r\n";
    private static final String CHALLENGE = "\r\nProxy-Authenticate: Basic realm=\"Weir\", charset=\"UTF-8\"\r\n";

    @TempDir
    Path folder;

    private final TestUsers time = new TestUsers();
    private Path file;

    @BeforeEach
    void writeFile() {
        file = TestUsers.write(folder.resolve("users"), "anna", "gr\u00fcn", "bert", "blau");
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ':' + password).getBytes(StandardCharsets.UTF_8));
    }

    private UnaryOperator<EngineConfigBuilder> asking(String... exempt) {
        List<Network> networks = List.of(exempt).stream().map(Network::parse).toList();
        return settings -> settings.access(new AccessConfig(file, networks, AccessConfig.REALM));
    }

    private Conversation start() throws IOException {
        return Conversation.start(asking());
    }

    private Conversation start(Transport transport) throws IOException {
        return Conversation.start(settings -> asking().apply(settings).transport(transport));
    }

    private static String with(String request, String fields) {
        int lineEnd = request.indexOf("\r\n") + 2;
        return request.substring(0, lineEnd) + fields + request.substring(lineEnd);
    }

    private static String connect(Conversation talk, String fields) {
        return with(TestTunnel.head(talk.origin.authority()), fields);
    }

    private static void answer(Conversation talk, String body) throws IOException {
        Wire origin = talk.origin.accept();
        assertThat(origin.readMessage()).doesNotContainIgnoringCase("proxy-auth");
        origin.send(Conversation.ok(body));
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whoIsAskedMayAnswerOnTheSameConnectionAndAllCounts(Transport transport) throws Exception {
        try (var talk = start(transport)) {
            Wire client = talk.client();
            String first = talk.get("/a?x=1");
            client.send(first);
            String asked = client.readMessage();
            assertThat(asked)
                    .startsWith("HTTP/1.1 407 Proxy Authentication Required\r\n")
                    .contains(CHALLENGE);
            assertThat(asked).doesNotContain("Connection: close");
            client.send(with(first, ANNA));
            answer(talk, "hello");
            assertThat(client.readMessage()).endsWith("hello");

            List<TestLedger.Session> sessions = talk.settle(2);
            TestLedger.Session refused = sessions.get(0);
            assertThat(refused.closed.reason()).isEqualTo(CloseReason.DENIED);
            assertThat(refused.closed.status()).isEqualTo(407);
            assertThat(refused.opened.user()).isEmpty();
            assertThat(refused.opened.host()).isEqualTo(talk.origin.authority());
            assertThat(refused.counts()).isEqualTo(new Tally(first.length(), asked.length(), 0, 0, 0, 0));
            assertThat(sessions.get(1).opened.user()).isEqualTo("anna");
            assertThat(sessions.get(1).closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(refusals(talk)).containsExactly("this proxy asks for a user and a password");
        }
    }

    private static List<String> refusals(Conversation talk) {
        return talk.proxy.ledger().notices().stream()
                .filter(ConnectionRefused.class::isInstance)
                .map(notice -> ((ConnectionRefused) notice).reason())
                .toList();
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aTunnelIsRefusedThenOpenedOnTheSameConnectionAndAllCounts(Transport transport) throws Exception {
        try (var talk = start(transport)) {
            Wire client = talk.client();
            String head = connect(talk, "");
            client.send(head);
            String asked = client.readMessage();
            assertThat(asked).startsWith("HTTP/1.1 407 ").contains(CHALLENGE);
            String again = connect(talk, ANNA);
            client.send(again);
            assertThat(client.readHead()).isEqualTo(TestTunnel.ANSWER);
            Wire origin = talk.origin.accept();
            client.send("ping");
            assertThat(origin.read(4)).isEqualTo("ping");
            origin.send("pong!");
            assertThat(client.read(5)).isEqualTo("pong!");
            client.finish();
            origin.finish();
            assertThat(client.readRest()).isEmpty();

            List<TestLedger.Session> sessions = talk.settle(2);
            assertThat(sessions.get(0).counts()).isEqualTo(new Tally(0, 0, head.length(), asked.length(), 0, 0));
            assertThat(sessions.get(0).closed.status()).isEqualTo(407);
            assertThat(sessions.get(0).opened.protocol()).isEqualTo(SessionProtocol.HTTPS_TUNNEL);
            assertThat(sessions.get(0).opened.user()).isEmpty();
            assertThat(sessions.get(1).counts())
                    .isEqualTo(new Tally(4, 5, again.length(), TestTunnel.ANSWER.length(), 4, 5));
            assertThat(sessions.get(1).opened.user()).isEqualTo("anna");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aTunnelOfAUserWhoIsKnownIsOpenedAtOnce(Transport transport) throws Exception {
        PasswordChecker passwords = time.runsAtOnce(true).open(file);
        try (var talk = Conversation.start(
                passwords, settings -> asking().apply(settings).transport(transport))) {
            for (int i = 0; i < 3; i++) {
                Wire client = talk.client();
                client.send(connect(talk, BERT));
                assertThat(client.readHead()).isEqualTo(TestTunnel.ANSWER);
                talk.origin.accept().close();
                assertThat(client.readRest()).isEmpty();
            }

            assertThat(talk.settle(3)).allMatch(session -> session.opened.user().equals("bert"));
            assertThat(passwords.computed()).isEqualTo(1);
        }
    }

    @Test
    void aWrongPasswordAndAnUnknownUserAreAnsweredTheSame() throws Exception {
        try (var talk = start()) {
            Wire client = talk.client();
            String wrong = client.send(with(talk.get("/"), WRONG)).readMessage();
            String nobody = client.send(with(talk.get("/"), NOBODY)).readMessage();

            assertThat(wrong).startsWith("HTTP/1.1 407 ").contains(CHALLENGE).isEqualTo(nobody);
            talk.settle(2);
            assertThat(refusals(talk)).containsExactly("user or password is wrong", "user or password is wrong");
            assertThat(talk.proxy.ledger().sessions() + "" + talk.proxy.ledger().notices())
                    .doesNotContain("canary", "nobody", "Basic", "Proxy-Auth")
                    .doesNotContain(basic("anna", "canary"));
        }
    }

    @Test
    void theSameCredentialsAreNotCheckedAgainOnTheirConnectionOthersAre() throws Exception {
        PasswordChecker passwords = time.runsAtOnce(true).open(file);
        try (var talk = Conversation.start(passwords, asking())) {
            Wire client = talk.client();
            client.send(with(talk.get("/"), ANNA));
            Wire origin = talk.origin.accept();
            origin.readMessage();
            origin.send(Conversation.ok("one"));
            client.readMessage();
            time.advance(1, TimeUnit.HOURS); // long forgotten elsewhere
            client.send(with(talk.get("/"), ANNA));
            origin.readMessage();
            origin.send(Conversation.ok("two"));
            assertThat(client.readMessage()).endsWith("two");
            assertThat(passwords.computed()).isEqualTo(1);
            assertThat(client.send(with(talk.get("/"), WRONG)).readMessage()).startsWith("HTTP/1.1 407 ");
            assertThat(client.send(talk.get("/")).readMessage()).startsWith("HTTP/1.1 407 ");
            client.send(with(talk.get("/"), BERT));
            origin.readMessage();
            origin.send(Conversation.ok("three"));
            assertThat(client.readMessage()).endsWith("three");

            assertThat(talk.settle(5).stream().map(session -> session.opened.user()))
                    .containsExactly("anna", "anna", "", "", "bert");
        }
    }

    @Test
    void whoIsTakenOffTheFileIsRefusedOnAConnectionThatStands() throws Exception {
        PasswordChecker passwords = time.runsAtOnce(true).open(file);
        try (var talk = Conversation.start(passwords, asking())) {
            Wire client = talk.client();
            client.send(with(talk.get("/"), ANNA));
            answer(talk, "one");
            client.readMessage();
            TestUsers.write(file, "bert", "blau");
            TestUsers.look(passwords);

            assertThat(client.send(with(talk.get("/"), ANNA)).readMessage()).startsWith("HTTP/1.1 407 ");
            talk.settle(2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic",
                "Basic \u00ff\u00fe",
                "Basic ???",
                "Basic YW5uYQ==",
                "Basic OmJsYXU=",
                "Bearer YmVydDpibGF1",
                "Basic YmVydDpibGF1 YmVydDpibGF1",
                "YmVydDpibGF1",
                "Basic AGJlcnQ6YmxhdQ==",
                "Basic YmVydDpibGF1Cg==",
                "Digest username=\"bert\""
            })
    void whatCannotBeRightIsAnsweredLikeWhatIsWrongAndCostsNoHash(String value) throws Exception {
        PasswordChecker passwords = time.open(file);
        try (var talk = Conversation.start(passwords, asking())) {
            Wire client = talk.client();
            client.send(with(talk.get("/"), "Proxy-Authorization: " + value + "\r\n"));
            assertThat(client.readMessage()).startsWith("HTTP/1.1 407 ").contains(CHALLENGE);
            client.send(connect(talk, "Proxy-Authorization: " + value + "\r\n"));
            assertThat(client.readMessage()).startsWith("HTTP/1.1 407 ");
            assertThat(passwords.computed()).isZero();
            talk.settle(2);
        }
    }

    @Test
    void hugeCredentialsAreAnsweredAndSeveralAreABadRequest() throws Exception {
        PasswordChecker passwords = time.open(file);
        try (var talk = Conversation.start(passwords, asking())) {
            Wire client = talk.client();
            String huge = "Proxy-Authorization: " + basic("bert", "x".repeat(40_000)) + "\r\n";
            assertThat(client.send(with(talk.get("/"), huge)).readMessage()).startsWith("HTTP/1.1 407 ");
            client.send(with(talk.get("/"), BERT + BERT));
            assertThat(client.readRest()).startsWith("HTTP/1.1 400 ");
            Wire second = talk.client();
            second.send(connect(talk, BERT + ANNA));
            assertThat(second.readRest()).startsWith("HTTP/1.1 400 ");
            assertThat(passwords.computed()).isZero();
            talk.settle(3);
        }
    }

    @Test
    void aRequestWithABodyIsAnsweredAndTheConnectionEnds() throws Exception {
        try (var talk = start()) {
            Wire client = talk.client();
            client.send(talk.post("/", "Content-Length: 100000\r\n", "x".repeat(100_000)));
            assertThat(client.readRest()).startsWith("HTTP/1.1 407 ").contains("Connection: close");
            Wire old = talk.client();
            old.send("GET " + talk.origin.url("/") + " HTTP/1.0\r\n\r\n");
            assertThat(old.readRest()).startsWith("HTTP/1.1 407 ").contains("Connection: close");
            Wire early = talk.client();
            early.send(connect(talk, "") + "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(early.readRest()).startsWith("HTTP/1.1 407 ").contains("Connection: close");
            Wire head = talk.client();
            head.send(talk.get("/").replace("GET", "HEAD"));
            assertThat(head.readHead()).startsWith("HTTP/1.1 407 ");
            head.finish();
            assertThat(head.readRest()).isEmpty();
            talk.settle(4);
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInTurnWhetherTheyPassOrNot() throws Exception {
        try (var talk = start()) {
            Wire client = talk.client();
            String get = talk.get("/");
            client.send(get + get + with(get, ANNA) + get + with(get, WRONG) + with(get, BERT) + get);
            client.finish();
            assertThat(client.readMessage()).startsWith("HTTP/1.1 407 ");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 407 ");
            Wire origin = talk.origin.accept();
            origin.readMessage();
            origin.send(Conversation.ok("anna"));
            assertThat(client.readMessage()).endsWith("anna");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 407 ");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 407 ");
            origin.readMessage();
            origin.send(Conversation.ok("bert"));
            assertThat(client.readMessage()).endsWith("bert");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 407 ");
            assertThat(client.readRest()).isEmpty();
            talk.settle(7);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whoLeavesWhileItIsCheckedIsCounted(Transport transport) throws Exception {
        PasswordChecker passwords = time.open(file);
        try (var talk = Conversation.start(
                passwords, settings -> asking().apply(settings).transport(transport))) {
            Wire reset = talk.client();
            reset.send(with(talk.get("/reset"), ANNA));
            Wire tunnel = talk.client();
            tunnel.send(connect(talk, WRONG));
            Wire half = talk.client();
            half.send(with(talk.get("/half"), BERT));
            half.finish();
            await().until(() -> time.waiting() == 3);
            reset.reset();
            tunnel.reset();
            talk.proxy.ledger().awaitClosed(2);
            time.runAll();
            answer(talk, "hello");
            assertThat(half.readRest()).endsWith("hello");

            List<TestLedger.Session> sessions = talk.settleClients(3);
            assertThat(sessions.get(0).closed.reason()).isEqualTo(CloseReason.CLIENT_RESET);
            assertThat(sessions.get(0).opened.user()).isEmpty();
            assertThat(sessions.get(2).opened.user()).isEqualTo("bert");
        }
    }

    @Test
    void theBodyWaitsForTheCheckAndPassesOn() throws Exception {
        PasswordChecker passwords = time.open(file);
        try (var talk = Conversation.start(passwords, asking())) {
            Wire client = talk.client();
            String body = "0123456789".repeat(50_000);
            CompletableFuture<Wire> sending = Peer.async(
                    () -> client.send(talk.post("/", ANNA + "Content-Length: " + body.length() + "\r\n", body)));
            await().until(() -> time.waiting() == 1);
            time.runAll();
            Wire origin = talk.origin.accept();
            assertThat(origin.readMessage()).endsWith(body);
            origin.send(Conversation.ok("hello"));
            assertThat(client.readMessage()).endsWith("hello");
            sending.get(30, TimeUnit.SECONDS);
            talk.settle(1);
        }
    }

    @Test
    void whatEndsTheProxyEndsWhoIsChecked() throws Exception {
        PasswordChecker passwords = time.open(file);
        try (var talk = Conversation.start(passwords, asking())) {
            Wire client = talk.client();
            client.send(with(talk.get("/"), ANNA));
            await().until(() -> time.waiting() == 1);
            talk.proxy.engine().close();
            assertThat(client.drain()).isTrue();
            TestLedger.Session session = talk.proxy.ledger().awaitOnlyClosed();
            assertThat(session.counts().up()).isEqualTo(client.sent());
        }
    }

    @Test
    void whenTooManyWaitTheOthersAreToldSoAndThoseWhoWaitAreServed() throws Exception {
        PasswordChecker passwords = time.open(file);
        try (var talk = Conversation.start(passwords, asking())) {
            List<Wire> waiting = new ArrayList<>();
            int room = 128;
            Wire anna = talk.client();
            anna.send(with(talk.get("/"), ANNA));
            await().until(() -> time.waiting() == 1);
            for (int i = 1; i < room; i++) {
                Wire client = talk.client();
                client.send(with(talk.get("/"), "Proxy-Authorization: " + basic("anna", "guess" + i) + "\r\n"));
                waiting.add(client);
            }
            await().until(() -> time.waiting() == room);
            Wire late = talk.client();
            late.send(with(talk.get("/"), BERT));
            assertThat(late.readRest())
                    .startsWith("HTTP/1.1 503 ")
                    .contains("Retry-After: 5", "too many passwords wait to be checked");
            time.runAll();
            answer(talk, "hello");
            assertThat(anna.readMessage()).endsWith("hello");
            assertThat(passwords.computed()).isEqualTo(1 + 5);
            time.advance(10, TimeUnit.SECONDS);
            int wrong = 0;
            for (Wire client : waiting) {
                String answer = client.readHead();
                assertThat(answer).containsPattern("^HTTP/1.1 (407|429) ");
                wrong += answer.contains(" 407 ") ? 1 : 0;
                assertThat(answer.contains("Retry-After: ")).isEqualTo(answer.contains(" 429 "));
                client.readBody(answer);
            }
            assertThat(wrong).isEqualTo((int) passwords.computed() - 1);
            talk.settle(room + 1);
        }
    }

    @Test
    void tenThousandGuessesCostAHandfulOfHashesAndOthersAreServed() throws Exception {
        PasswordChecker passwords = time.runsAtOnce(true).open(file);
        try (var talk = Conversation.start(passwords, asking())) {
            List<Socket> held = new ArrayList<>();
            Wire first = talk.client();
            first.send(with(talk.get("/"), ANNA));
            Wire origin = talk.origin.accept();
            origin.readMessage();
            origin.send(Conversation.ok("first"));
            assertThat(first.readMessage()).endsWith("first");
            int refused = 0;
            for (int i = 0; i < 10_000; i++) {
                var guess = new Wire(new Socket(
                        InetAddress.getLoopbackAddress(), talk.proxy.port(), InetAddress.getByName("127.0.0.2"), 0));
                guess.send(with(talk.get("/"), "Proxy-Authorization: " + basic("anna", "guess" + i) + "\r\n"));
                if (time.waiting() == held.size() && i > 100) {
                    assertThat(guess.readHead()).containsPattern("^HTTP/1.1 (407|429) ");
                    refused++;
                    guess.close();
                } else {
                    held.add(guess.socket());
                }
                if (i % 1000 == 500) {
                    Wire other = talk.client();
                    other.send(with(talk.get("/"), ANNA));
                    origin.readMessage();
                    origin.send(Conversation.ok("hello"));
                    assertThat(other.readMessage()).endsWith("hello");
                }
                for (int j = held.size() - 1;
                        i == 100 && j >= 0;
                        j--) { // now it is known who waits and who was answered
                    if (j >= time.waiting()) {
                        held.remove(j).close();
                    }
                }
            }
            assertThat(refused).isGreaterThan(9_800);
            assertThat(passwords.computed()).isEqualTo(5 + 1);
            for (Socket each : held) {
                each.close();
            }
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> talk.proxy.ledger().sessions().stream().allMatch(TestLedger.Session::isClosed));
            long recorded = refusals(talk).size();
            assertThat(recorded).isGreaterThan(0).isLessThan(10_000);
        }
    }

    @Test
    void whoComesFromAnExemptNetworkIsNotAskedAndIsNobody() throws Exception {
        try (var talk = Conversation.start(asking("127.0.0.1"))) {
            Wire client = talk.client();
            client.send(with(talk.get("/"), WRONG));
            answer(talk, "hello");
            assertThat(client.readMessage()).endsWith("hello");
            Wire tunnel = talk.client();
            tunnel.send(connect(talk, ""));
            assertThat(tunnel.readHead()).isEqualTo(TestTunnel.ANSWER);
            talk.origin.accept().close();
            tunnel.close();
            try (var other = new Wire(new Socket(
                    InetAddress.getLoopbackAddress(), talk.proxy.port(), InetAddress.getByName("127.0.0.2"), 0))) {
                other.send(connect(talk, ""));
                assertThat(other.readMessage()).startsWith("HTTP/1.1 407 ");
            }
            assertThat(talk.proxy.ledger().awaitClosed(3))
                    .allMatch(session -> session.opened.user().isEmpty());
        }
    }

    @Test
    void whatIsInsideATunnelThatIsReadIsItsUsers() throws Exception {
        try (var proxy = InterceptingProxy.start(asking(), config -> config);
                var origin = ServedOrigin.https(proxy.originContext());
                var socket = proxy.proxy().connect()) {
            String authority = "localhost:" + origin.port();
            var wire = new Wire(socket);
            wire.send(with(TestTunnel.head(authority), ANNA));
            assertThat(wire.readHead()).isEqualTo(TestTunnel.ANSWER);
            try (var tls = new Wire(proxy.open(socket))) {
                tls.send("GET / HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
                assertThat(tls.readMessage()).endsWith("hello");
            }
            List<TestLedger.Session> sessions = proxy.ledger().awaitClosed(2);
            assertThat(sessions).allMatch(session -> session.opened.user().equals("anna"));
            assertThat(sessions.get(1).opened.isRoot()).isFalse();
        }
    }

    @Test
    void javasClientAnswersTheChallenge() throws Exception {
        try (var talk = start()) {
            HttpClient client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .proxy(ProxySelector.of(talk.proxy.address()))
                    .authenticator(new Authenticator() {
                        @Override
                        protected PasswordAuthentication getPasswordAuthentication() {
                            assertThat(getRequestingPrompt()).isEqualTo("Weir");
                            return new PasswordAuthentication("bert", "blau".toCharArray());
                        }
                    })
                    .build();
            HttpRequest request = HttpRequest.newBuilder(URI.create(talk.origin.url("/")))
                    .POST(HttpRequest.BodyPublishers.ofString("ping"))
                    .build();
            var answer = client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
            answer(talk, "hello");
            assertThat(answer.get(30, TimeUnit.SECONDS).body()).isEqualTo("hello");
            TestLedger.Session served = talk.proxy
                    .ledger()
                    .awaitSession(session -> session.opened.user().equals("bert"));
            assertThat(served.opened.method()).isEqualTo("POST");
        }
    }

    @Test
    void aFileWithFaultsDoesNotStartTheProxy() throws Exception {
        java.nio.file.Files.writeString(file, "anna:secret\nbert:{SHA}x\n");

        org.assertj.core.api.Assertions.assertThatThrownBy(() -> TestProxy.start(asking()))
                .isInstanceOf(EngineException.class)
                .hasMessageContainingAll("line 1", "line 2")
                .hasMessageNotContaining("secret");
    }
}
