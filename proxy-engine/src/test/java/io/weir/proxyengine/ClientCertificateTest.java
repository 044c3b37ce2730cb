package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.eventbus.CloseReason;
import io.weir.proxyengine.SecureListener.Client;
import io.weir.proxyengine.SecureListener.Multiplexed;
import io.weir.proxyengine.access.TestUsers;
import io.weir.proxyengine.tls.ClientName;
import io.weir.proxyengine.tls.TestAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients whose certificates say who they are: what the ledger has of it, who is asked all the same, and who is turned away. */
@Tag("jdk")
class ClientCertificateTest {
    @TempDir
    Path folder;

    private SecureListener listener;

    @BeforeEach
    void prepare() {
        listener = new SecureListener(folder);
    }

    private TestProxy start(boolean must, ClientName name, UnaryOperator<EngineConfigBuilder> settings)
            throws IOException {
        ListenerConfig config = listener.config(ListenerKind.HTTPS, must, name);
        return TestProxy.start(builder -> settings.apply(builder.listeners(config)));
    }

    private SSLContext named(String subject) {
        return order(subject).issue().clientContext(listener.ca());
    }

    private TestAuthority.Order order(String subject) {
        return listener.ca().order().subject(new X500Name(subject)).forClients();
    }

    private AccessConfig users() {
        Path users = TestUsers.write(folder.resolve("users"), "anna", "green");
        return new AccessConfig(users, List.of(), AccessConfig.REALM);
    }

    private static String ask(Client client, String url) throws IOException {
        Wire wire = new Wire(client.tls());
        wire.send("GET " + url + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        return wire.readRest();
    }

    @Test
    void aCertificatesNameIsTheUserOfAllThatItsConnectionCarries() throws Exception {
        try (var proxy = start(
                        false,
                        ClientName.CN,
                        settings ->
                                settings.access(users()).eventLoops(1)); // so that one origin connection does for all
                var origin = ScriptedOrigin.start();
                Multiplexed client =
                        SecureListener.http2(listener.connect(proxy, named("O=Weir, CN=J\u00fcrgen"), "h2"))) {
            for (int i = 0; i < 2; i++) {
                int id = client.request("GET", origin.authority(), "/", true);
                Wire wire = i == 0 ? origin.accept() : origin.wires().get(0);
                wire.readHead();
                wire.send("HTTP/1.1 204 No Content\r\n\r\n");
                assertThat(client.peer().message(id).field(":status")).isEqualTo("204");
            }
            client.leave();
            Client plain = listener.connect(proxy, named("CN=carla"), "http/1.1");
            var answered = Peer.async(() -> {
                Wire wire = origin.wires().get(0);
                wire.readHead();
                wire.send("HTTP/1.1 204 No Content\r\n\r\n");
                return null;
            });
            assertThat(ask(plain, origin.url("/"))).startsWith("HTTP/1.1 204");
            answered.get();
            plain.tls().close();

            assertThat(proxy.ledger().awaitClosed(5))
                    .extracting(session -> session.opened.method() + " " + session.opened.user())
                    .containsExactlyInAnyOrder("GET J\u00fcrgen", "GET J\u00fcrgen", "TLS ", "GET carla", "TLS ");
        }
    }

    @Test
    void whoHasNoCertificateOrNoNameInItIsAskedForAPassword() throws Exception {
        try (var proxy = start(false, ClientName.SAN_EMAIL, settings -> settings.access(users()))) {
            Client without = listener.connect(proxy, "http/1.1");
            assertThat(ask(without, "http://127.0.0.1:9/")).startsWith("HTTP/1.1 407");
            without.tls().close();
            Client nameless = listener.connect(proxy, named("CN=carla"), "http/1.1");
            assertThat(ask(nameless, "http://127.0.0.1:9/")).startsWith("HTTP/1.1 407");
            nameless.tls().close();
            SSLContext mail = order("CN=x")
                    .alternative(GeneralName.rfc822Name, "carla@example.com")
                    .issue()
                    .clientContext(listener.ca());
            Client named = listener.connect(proxy, mail, "http/1.1");
            assertThat(ask(named, "http://127.0.0.1:" + proxy.port() + "/")).startsWith("HTTP/1.1 403");
            named.tls().close();
            assertThat(proxy.ledger().awaitClosed(6))
                    .filteredOn(session -> session.opened.method().equals("GET"))
                    .extracting(session -> session.opened.user())
                    .containsExactlyInAnyOrder("", "", "carla@example.com");
        }
    }

    @Test
    void aCertificateOfAnotherAuthorityIsTurnedAwayAlsoWhereNoneIsNeeded() throws Exception {
        TestAuthority other = TestAuthority.create();
        SSLContext forged = other.order()
                .subject(new X500Name("CN=anna"))
                .forClients()
                .issue()
                .clientContext(listener.ca());
        try (var proxy = start(false, ClientName.CN, settings -> settings.access(users()))) {
            assertThatThrownBy(() -> {
                        Client client = listener.connect(proxy, forged, "http/1.1");
                        if (ask(client, "http://127.0.0.1:9/").isEmpty()) {
                            throw new IOException("it ended");
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThat(proxy.ledger().awaitOnlyClosed().closed.reason()).isEqualTo(CloseReason.CLIENT_TLS_FAILED);
        }
    }
}
