package io.weir.proxyengine.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Leaves: what they say, that they are made once, elsewhere, and within bounds. */
class LeafCertificatesTest {
    private static final LeafCertificates.Bounds BOUNDS = new LeafCertificates.Bounds(200, 130, 16);
    private static final InetAddress CLIENT = InetAddress.getLoopbackAddress();

    private final TestAuthority authority = TestAuthority.create();
    private final MovedClock clock = new MovedClock();
    private final LeafCertificates leaves = new LeafCertificates(authority.asAuthority(), clock, BOUNDS);

    @AfterEach
    void close() {
        leaves.close();
    }

    private Leaf leaf(String name) throws Exception {
        return leaves.leaf(name, CLIENT).get(30, TimeUnit.SECONDS);
    }

    @Test
    void aLeafIsForItsNameAndForAWeek() throws Exception {
        X509Certificate certificate = leaf("a.example").certificate();

        certificate.verify(authority.certificate().getPublicKey());
        assertThat(certificate.getSubjectAlternativeNames()).containsExactly(List.of(2, "a.example"));
        assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=a.example");
        assertThat(certificate.getIssuerX500Principal())
                .isEqualTo(authority.certificate().getSubjectX500Principal());
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(certificate.getKeyUsage())
                .containsExactly(true, false, false, false, false, false, false, false, false);
        assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
        assertThat(certificate.getSerialNumber().signum()).isOne();
        assertThat(certificate.getSerialNumber().bitLength()).isEqualTo(127);
        assertThat(certificate.getSigAlgName()).isEqualTo("SHA256withECDSA");
        assertThat(certificate.getCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.19", "2.5.29.15");
        assertThat(certificate.getNonCriticalExtensionOIDs())
                .containsExactlyInAnyOrder("2.5.29.17", "2.5.29.37", "2.5.29.35", "2.5.29.14");
        Instant now = clock.instant();
        assertThat(Duration.between(certificate.getNotBefore().toInstant(), now))
                .isBetween(Duration.ofHours(24), Duration.ofHours(24).plusSeconds(1));
        assertThat(Duration.between(now, certificate.getNotAfter().toInstant()))
                .isBetween(Duration.ofDays(7).minusSeconds(1), Duration.ofDays(7));
    }

    @Test
    void aNameTooLongForTheSubjectStandsInTheCriticalExtensionOnly() throws Exception {
        String longName = "l".repeat(60) + "." + "m".repeat(60) + ".example";

        X509Certificate certificate = leaf(longName).certificate();

        assertThat(certificate.getSubjectX500Principal().getName()).isEmpty();
        assertThat(certificate.getCriticalExtensionOIDs()).contains("2.5.29.17");
        assertThat(certificate.getSubjectAlternativeNames()).containsExactly(List.of(2, longName));
        assertThat(leaf("n".repeat(56) + ".example")
                        .certificate()
                        .getSubjectX500Principal()
                        .getName())
                .hasSize(3 + 64);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "2001:db8::1", "::1"})
    void anAddressIsNamedAsAddress(String address) throws Exception {
        List<?> name = leaf(address)
                .certificate()
                .getSubjectAlternativeNames()
                .iterator()
                .next();

        assertThat(name.get(0)).isEqualTo(7);
        assertThat(InetAddress.getByName((String) name.get(1))).isEqualTo(InetAddress.getByName(address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "*",
                "*.example",
                "a..example",
                ".example",
                "a b.example",
                "a\u0000.example",
                "a\n.example",
                "ä.example",
                "a/b",
                "a:80",
                "[::1]",
                "fe80::1%lo",
                "1.2.3",
                "127.1",
                "a@b.example",
                "a,b",
                "a=b"
            })
    void whatIsNoNameGetsNoLeaf(String name) {
        assertThatThrownBy(() -> leaf(name)).hasCauseInstanceOf(TlsException.class);
        assertThatThrownBy(() -> leaf("x".repeat(64) + ".example")).hasCauseInstanceOf(TlsException.class);
        assertThatThrownBy(() -> leaf("abc.".repeat(64) + "example")).hasCauseInstanceOf(TlsException.class);
    }

    @Test
    void caseAndTheDotOfTheRootMakeNoDifference() throws Exception {
        assertThat(leaf("A.Example.")).isSameAs(leaf("a.example"));
        assertThat(leaf("a_b.example").name()).isEqualTo("a_b.example");
        assertThat(leaf("xn--bcher-kva.example").name()).isEqualTo("xn--bcher-kva.example");
    }

    @Test
    void leavesShareTheirKeyAndDifferInTheirSerials() throws Exception {
        Set<Object> serials = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            Leaf each = leaf("host" + i + ".example");
            serials.add(each.certificate().getSerialNumber());
            assertThat(each.key()).isSameAs(leaf("host0.example").key());
        }

        assertThat(serials).hasSize(50);
        assertThat(leaf("a.example").toString()).isEqualTo("Leaf[a.example]");
    }

    @Test
    void aLeafIsMadeAnewAfterADay() throws Exception {
        Leaf first = leaf("a.example");
        clock.move(Duration.ofHours(23));
        assertThat(leaf("a.example")).isSameAs(first);

        clock.move(Duration.ofHours(2));

        assertThat(leaf("a.example")).isNotSameAs(first);
    }

    @Test
    void noLeafOutlivesItsCa() throws Exception {
        clock.move(Duration.ofDays(363));
        Leaf last = leaf("a.example");
        Instant end = authority.certificate().getNotAfter().toInstant();
        assertThat(last.certificate().getNotAfter().toInstant()).isEqualTo(end);

        clock.moveTo(end.minusSeconds(60));
        assertThat(leaf("b.example")).isSameAs(leaf("b.example"));
        clock.moveTo(end);

        assertThatThrownBy(() -> leaf("b.example"))
                .hasCauseInstanceOf(TlsException.class)
                .hasMessageContaining("expired on");
    }

    @Test
    void whoAsksForTheSameAtOnceSharesOneAndNobodyIsMadeToWait() throws Exception {
        var gate = new Gate();

        List<CompletableFuture<Leaf>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) { // more than one client may have waiting
            all.add(leaves.leaf("a.example", CLIENT));
        }
        assertThat(leaves.waiting()).isEqualTo(2);
        all.get(0).cancel(true); // concerns nobody else
        gate.open();

        Leaf leaf = all.get(1).get(30, TimeUnit.SECONDS);
        assertThat(all.subList(1, 200))
                .allSatisfy(each -> assertThat(each.get(30, TimeUnit.SECONDS)).isSameAs(leaf));
    }

    @Test
    void oneClientLeavesRoomForTheOthersAndThereIsABoundForAll() throws Exception {
        var gate = new Gate();
        List<CompletableFuture<Leaf>> accepted = new ArrayList<>();
        for (int i = 0; i < BOUNDS.waitingOfOne(); i++) {
            accepted.add(leaves.leaf("host" + i + ".example", address(1)));
        }

        assertThat(leaves.leaf("one-more.example", address(1)))
                .failsWithin(Duration.ofSeconds(1))
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(RejectedExecutionException.class);
        accepted.add(leaves.leaf("one-more.example", address(2)));
        for (int i = 0; leaves.waiting() < BOUNDS.waiting(); i++) {
            accepted.add(leaves.leaf("flood" + i + ".example", address(3 + i / 10)));
        }
        assertThat(leaves.leaf("too-many.example", address(250))).isCompletedExceptionally();
        gate.open();

        for (CompletableFuture<Leaf> each : accepted) {
            each.get(30, TimeUnit.SECONDS);
        }
        await().until(() -> leaves.waiting() == 0);
        assertThat(leaves.leaf("too-many.example", address(1)).get(30, TimeUnit.SECONDS))
                .isNotNull();
    }

    @Test
    void aFloodOfNamesStaysWithinTheCache() throws Exception {
        int names = 3 * BOUNDS.kept();
        CompletableFuture<Leaf> last = new CompletableFuture<>();
        for (int i = 0; i < names; i++) {
            last = leaves.leaf("host" + i + ".example", address(i % 200));
            while (last.isCompletedExceptionally()) {
                Thread.onSpinWait();
                last = leaves.leaf("host" + i + ".example", address(i % 200));
            }
        }
        last.get(30, TimeUnit.SECONDS);

        assertThat(leaves.kept()).isBetween(1, BOUNDS.kept());
        assertThat(leaves.waiting()).isZero();
    }

    @Test
    void whoWaitsAtTheEndIsTold() throws Exception {
        var gate = new Gate();
        CompletableFuture<Leaf> waiting = leaves.leaf("b.example", CLIENT);

        leaves.close();
        gate.open();

        assertThat(waiting)
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(RejectedExecutionException.class);
        assertThat(leaves.leaf("c.example", CLIENT)).isCompletedExceptionally();
    }

    @Test
    void opensslAcceptsALeaf(@TempDir Path folder) throws Exception {
        assumeTrue(OtherTools.has("openssl"));
        Path ca = folder.resolve("ca.pem");
        Files.writeString(ca, authority.asAuthority().pem());
        for (String name : List.of("a.example", "127.0.0.1", "l".repeat(60) + ".m.example", "::1")) {
            Path leaf = folder.resolve("leaf.pem");
            Files.writeString(
                    leaf, Pem.write("CERTIFICATE", leaf(name).certificate().getEncoded()));
            boolean isAddress = HostName.address(name) != null;

            assertThat(OtherTools.run(
                            "openssl",
                            "verify",
                            "-x509_strict",
                            "-purpose",
                            "sslserver",
                            "-CAfile",
                            ca.toString(),
                            isAddress ? "-verify_ip" : "-verify_hostname",
                            name,
                            leaf.toString()))
                    .endsWith("leaf.pem: OK");
        }
    }

    private static InetAddress address(int last) throws Exception {
        return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
    }

    /** Holds the minting thread until it is opened, by a callback of a leaf that is made on it. */
    private final class Gate {
        private final CountDownLatch opened = new CountDownLatch(1);

        Gate() throws Exception {
            leaf("warm.example");
            var held = new CountDownLatch(1);
            clock.holdNext(held, opened);
            leaves.leaf("gate.example", CLIENT.equals(address(0)) ? CLIENT : address(251));
            assertThat(held.await(10, TimeUnit.SECONDS)).isTrue();
        }

        void open() {
            opened.countDown();
        }
    }

    /** A clock that a test moves, and by which it can hold the minting thread. Any thread. */
    private static final class MovedClock extends Clock {
        private final InstantSource real = InstantSource.system();
        private volatile Instant now = real.instant();
        private volatile CountDownLatch held = new CountDownLatch(0);
        private volatile CountDownLatch opened = new CountDownLatch(0);

        void move(Duration by) {
            now = now.plus(by);
        }

        void moveTo(Instant to) {
            now = to;
        }

        void holdNext(CountDownLatch whenHeld, CountDownLatch until) {
            opened = until;
            held = whenHeld;
        }

        @Override
        public Instant instant() {
            if (Thread.currentThread().getName().equals("weir-mint")) {
                held.countDown();
                try {
                    opened.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return now;
        }

        @Override
        public long millis() {
            return now.toEpochMilli();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
