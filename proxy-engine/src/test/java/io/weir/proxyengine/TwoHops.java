package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.Tally;
import io.weir.proxyengine.access.PasswordChecker;
import io.weir.proxyengine.access.TestUsers;
import io.weir.proxyengine.tls.TestAuthority;
import io.weir.proxyengine.upstream.Upstream;
import io.weir.proxyengine.upstream.UpstreamKind;
import io.weir.proxyengine.upstream.UpstreamTls;
import io.weir.proxyengine.upstream.UpstreamsConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Weir behind Weir: everything that the first carries goes through the second, past something that counts what crosses between them. Closing it compares the three: what
 * the first has on its origin legs, what crossed, and what the second has on its client legs.
 */
final class TwoHops implements AutoCloseable {
    private static final String USER = "anna";
    private static final String PASSWORD = "gr\u00fcn:1";
    private static final TestAuthority CA = TestAuthority.create();

    private final TestProxy first;
    private final CountingHop hop;
    private final TestProxy second;

    private TwoHops(TestProxy first, CountingHop hop, TestProxy second) {
        this.first = first;
        this.hop = hop;
        this.second = second;
    }

    /** @param folder for files, of this pair's only */
    static TwoHops start(UpstreamKind kind, boolean withCredentials, Path folder) throws IOException {
        return start(kind, withCredentials ? PASSWORD : null, withCredentials, folder, settings -> settings);
    }

    /**
     * The same in detail.
     *
     * @param password what the first says; null if nothing
     * @param isAsked whether the second asks
     * @param settings of the first
     */
    static TwoHops start(
            UpstreamKind kind,
            @Nullable String password,
            boolean isAsked,
            Path folder,
            UnaryOperator<EngineConfigBuilder> settings)
            throws IOException {
        TestProxy second = second(kind, isAsked, folder);
        CountingHop hop = CountingHop.to(second.address());
        Upstream upstream = upstream("next", kind, hop.port(), folder);
        if (password != null) {
            upstream = upstream.with(Files.writeString(folder.resolve("credentials"), USER + ":" + password + "\n"));
        }
        UpstreamsConfig upstreams = UpstreamsConfig.all(upstream);
        TestProxy first = TestProxy.start(builder -> settings.apply(builder.intercept(null)
                .keepAliveTimeout(Duration.ofSeconds(1))
                .nodeName("first")
                .upstreams(upstreams)));
        return new TwoHops(first, hop, second);
    }

    /** A node that takes clients by that kind. */
    static TestProxy second(UpstreamKind kind, boolean isAsked, Path folder) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        ListenerConfig listener = switch (kind) {
            case HTTP -> ListenerConfig.http(address);
            case SOCKS5 -> ListenerConfig.of(ListenerKind.SOCKS5, address);
            case HTTPS -> new ListenerConfig("secure", ListenerKind.HTTPS, address, List.of(), tls(folder));
        };
        UnaryOperator<EngineConfigBuilder> settings =
                builder -> builder.intercept(null).nodeName("second").listeners(listener);
        if (!isAsked) {
            return TestProxy.start(settings);
        }
        Path users = TestUsers.write(folder.resolve("users"), USER, PASSWORD);
        PasswordChecker passwords = new TestUsers().runsAtOnce(true).open(users);
        return TestProxy.start(
                passwords,
                builder -> settings.apply(builder).access(new AccessConfig(users, List.of(), AccessConfig.REALM)));
    }

    /** That node as an upstream. */
    static Upstream upstream(String name, UpstreamKind kind, int port, Path folder) {
        Upstream upstream = Upstream.of(name, kind, kind == UpstreamKind.HTTPS ? "localhost" : "127.0.0.1", port)
                .checkedEach(Duration.ofMinutes(10));
        return kind == UpstreamKind.HTTPS ? upstream.with(UpstreamTls.trusting(folder.resolve("ca.pem"))) : upstream;
    }

    /** Files for a listener of localhost, and of who has signed them, {@code ca.pem}. */
    static ListenerTls tls(Path folder) throws IOException {
        TestAuthority.Issued issued = CA.issue("localhost");
        try {
            Files.writeString(
                    folder.resolve("ca.pem"),
                    pem("CERTIFICATE", CA.certificate().getEncoded()));
            Path certificate = Files.writeString(
                    folder.resolve("listener.pem"),
                    pem("CERTIFICATE", issued.certificate().getEncoded()));
            Path key = Files.writeString(
                    folder.resolve("listener.key"),
                    pem("PRIVATE KEY", issued.key().getEncoded()));
            return new ListenerTls(certificate, key, null, false);
        } catch (CertificateEncodingException e) {
            throw new IOException(e);
        }
    }

    /** The same in the JDK's terms. */
    static SSLContext serverContext() {
        return CA.issue("localhost").serverContext();
    }

    static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }

    TestProxy first() {
        return first;
    }

    TestProxy second() {
        return second;
    }

    CountingHop hop() {
        return hop;
    }

    /** Waits for all connections between the two to end in order, and compares. */
    void addUp() {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(() ->
                        second.engine().connections() == 0 && first.engine().connections() == 0);
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            Tally one = first.ledger().rootTotals();
            Tally two = second.ledger().rootTotals();
            assertThat(List.of(one.originUp(), one.originDown()))
                    .as("the first's origin legs, and what crossed")
                    .isEqualTo(List.of(hop.up(), hop.down()));
            assertThat(List.of(hop.up(), hop.down()))
                    .as("what crossed, and the second's client legs")
                    .isEqualTo(List.of(two.up() + two.overheadUp(), two.down() + two.overheadDown()));
        });
        assertThat(hop.up()).isPositive();
        for (TestProxy each : List.of(first, second)) {
            await().until(() -> each.ledger().sessions().stream()
                    .allMatch(session ->
                            session.isClosed() || session.opened.method().equals("UPSTREAM")));
        }
        assertThat(first.engine().upstreams())
                .allSatisfy(each -> assertThat(each.sessions()).isZero());
    }

    @Override
    public void close() throws IOException {
        first.close();
        second.close();
        hop.close();
    }
}
