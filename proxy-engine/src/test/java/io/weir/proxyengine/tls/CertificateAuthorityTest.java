package io.weir.proxyengine.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The CA in its folder: how it is made, and everything for which it is refused. */
@Tag("jdk")
class CertificateAuthorityTest {
    @TempDir
    private Path data;

    private Path folder() {
        return data.resolve("ca");
    }

    private Path certificate() {
        return folder().resolve("weir-ca.pem");
    }

    private Path key() {
        return folder().resolve("weir-ca.key");
    }

    private static String mode(Path file) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static void chmod(Path file, String mode) throws Exception {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    @Test
    void isMadeForItsOwnerOnlyAndFoundAgain() throws Exception {
        assertThat(CertificateAuthority.exists(folder())).isFalse();

        CertificateAuthority made = CertificateAuthority.loadOrCreate(folder());

        assertThat(CertificateAuthority.exists(folder())).isTrue();
        assertThat(mode(folder())).isEqualTo("rwx------");
        assertThat(mode(key())).isEqualTo("rw-------");
        assertThat(mode(certificate())).isEqualTo("rw-r--r--");
        assertThat(CertificateAuthority.load(folder()).certificate()).isEqualTo(made.certificate());
        assertThat(CertificateAuthority.loadOrCreate(folder()).fingerprint()).isEqualTo(made.fingerprint());
        assertThat(made.certificateFile()).isEqualTo(certificate().toAbsolutePath());
        assertThat(Files.readString(certificate())).isEqualTo(made.pem());
        try (var files = Files.list(folder())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("weir-ca.pem", "weir-ca.key", ".lock");
        }
    }

    @Test
    void isACertificateForAYearThatSignsLeavesOnly() {
        X509Certificate certificate =
                CertificateAuthority.loadOrCreate(folder()).certificate();

        assertThat(certificate.getSubjectX500Principal().getName()).matches("CN=Weir CA [0-9a-f]{8},O=Weir");
        assertThat(certificate.getPublicKey().getAlgorithm()).isEqualTo("EC");
        assertThat(certificate.getBasicConstraints()).isZero();
        assertThat(certificate.getKeyUsage())
                .containsExactly(false, false, false, false, false, true, true, false, false);
        assertThat(certificate.getCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.19", "2.5.29.15");
        assertThat(certificate.getNotBefore().toInstant())
                .isBefore(Instant.now().minus(Duration.ofHours(23)));
        assertThat(certificate.getNotAfter().toInstant())
                .isBetween(
                        Instant.now().plus(Duration.ofDays(364)), Instant.now().plus(Duration.ofDays(366)));
        assertThat(certificate.getSerialNumber().bitLength()).isEqualTo(127);
    }

    @Test
    void eachInstallHasItsOwn() {
        CertificateAuthority one = CertificateAuthority.loadOrCreate(data.resolve("one"));
        CertificateAuthority other = CertificateAuthority.loadOrCreate(data.resolve("other"));

        assertThat(one.certificate().getSubjectX500Principal())
                .isNotEqualTo(other.certificate().getSubjectX500Principal());
        assertThat(one.fingerprint()).isNotEqualTo(other.fingerprint()).matches("([0-9A-F]{2}:){31}[0-9A-F]{2}");
        assertThat(one.toString()).doesNotContain("PRIVATE");
    }

    @Test
    void allWhoStartAtOnceGetTheSame() throws Exception {
        int many = 8;
        ExecutorService threads = Executors.newFixedThreadPool(many);
        var start = new CountDownLatch(1);
        List<Future<String>> fingerprints = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            fingerprints.add(threads.submit(() -> {
                start.await();
                return CertificateAuthority.loadOrCreate(folder()).fingerprint();
            }));
        }

        start.countDown();

        String expected = fingerprints.get(0).get(30, TimeUnit.SECONDS);
        for (Future<String> each : fingerprints) {
            assertThat(each.get(30, TimeUnit.SECONDS)).isEqualTo(expected);
        }
        threads.shutdown();
    }

    @Test
    void processesThatStartAtOnceGetTheSame() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xshare:auto",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            OtherProcess.class.getName(),
                            folder().toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        }

        List<String> fingerprints = new ArrayList<>();
        for (Process each : processes) {
            fingerprints.add(new String(each.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            assertThat(each.waitFor()).isZero();
        }

        assertThat(fingerprints)
                .containsOnly(CertificateAuthority.load(folder()).fingerprint());
    }

    /** Does what another process of ours would. */
    static final class OtherProcess {
        private OtherProcess() {}

        public static void main(String[] arguments) {
            System.out.print(
                    CertificateAuthority.loadOrCreate(Path.of(arguments[0])).fingerprint());
        }
    }

    @Test
    void whereThereIsNoneNoneIsLoaded() {
        refused("there is no CA in " + folder());
        assertThat(folder()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx-----x"})
    void aKeyThatOthersCanGetAtIsRefused(String mode) throws Exception {
        CertificateAuthority.loadOrCreate(folder());
        chmod(key(), mode);

        refused("chmod 600 " + key());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxr-x---", "rwx---r-x", "rwx--x---"})
    void aFolderThatOthersCanLookIntoIsRefused(String mode) throws Exception {
        CertificateAuthority.loadOrCreate(folder());
        chmod(folder(), mode);

        refused("chmod 700 " + folder());
    }

    @Test
    void noKeyIsPutIntoAFolderThatOthersCanLookInto() throws Exception {
        Files.createDirectory(folder());
        chmod(folder(), "rwxr-xr-x");

        assertThatThrownBy(() -> CertificateAuthority.loadOrCreate(folder()))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("chmod 700 " + folder());
        assertThat(key()).doesNotExist();
    }

    @Test
    void aKeyThatIsALinkIsRefused() throws Exception {
        CertificateAuthority.loadOrCreate(folder());
        Path elsewhere = data.resolve("elsewhere");
        Files.move(key(), elsewhere);
        Files.createSymbolicLink(key(), elsewhere);

        refused("is a symbolic link");
    }

    @Test
    void oneFileWithoutTheOtherIsRefused() throws Exception {
        CertificateAuthority.loadOrCreate(folder());
        Files.delete(key());
        refused(key() + " is not");

        CertificateAuthority.loadOrCreate(data.resolve("other"));
        Files.move(data.resolve("other/weir-ca.key"), key());
        Files.delete(certificate());
        refused(certificate() + " is not");
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() throws Exception {
        CertificateAuthority.loadOrCreate(folder());
        CertificateAuthority.loadOrCreate(data.resolve("other"));
        Files.delete(key());
        Files.copy(data.resolve("other/weir-ca.key"), key());

        refused("is not the key of " + certificate());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\nAAAA",
                "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"
            })
    void aKeyFileThatHoldsNoKeyIsRefusedAndNotRepeated(String content) throws Exception {
        CertificateAuthority.loadOrCreate(folder());
        Files.writeString(key(), content);

        refused("remove both");
        assertThatThrownBy(() -> CertificateAuthority.load(folder()))
                .message()
                .doesNotContain("AAAA", "garbage")
                .contains(key().toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
                "-----BEGIN CERTIFICATE-----\n\u0000\n-----END CERTIFICATE-----"
            })
    void aCertificateFileThatHoldsNoneIsRefused(String content) throws Exception {
        CertificateAuthority.loadOrCreate(folder());
        Files.writeString(certificate(), content);

        refused("remove both");
    }

    @Test
    void aCertificateThatIsNoCasIsRefused() throws Exception {
        CertificateAuthority.loadOrCreate(folder());
        TestAuthority.Issued server = TestAuthority.create().issue("a.example");
        Files.writeString(
                certificate(), Pem.write("CERTIFICATE", server.certificate().getEncoded()));
        Files.writeString(key(), Pem.write("PRIVATE KEY", server.key().getEncoded()));

        refused("is not the certificate of a CA");
    }

    @Test
    void whatIsNoFileIsRefused() throws Exception {
        CertificateAuthority.loadOrCreate(folder());
        Files.delete(key());
        Files.createDirectory(key());
        chmod(key(), "rwx------");

        refused("can't be read");
    }

    @Test
    void oneThatExpiredIsRefusedWithWhatToDo() {
        CertificateAuthority.loadOrCreate(folder());
        Clock later = Clock.fixed(Instant.now().plus(Duration.ofDays(366)), ZoneOffset.UTC);

        assertThatThrownBy(() -> new AuthorityFiles(folder(), later).loadOrCreate())
                .isInstanceOf(TlsException.class)
                .hasMessageContainingAll(certificate().toString(), "expired on", "remove it and " + key(), "restart");
    }

    @Test
    void oneThatIsNotValidYetIsRefused() {
        CertificateAuthority.loadOrCreate(folder());
        Clock earlier = Clock.fixed(Instant.now().minus(Duration.ofDays(3)), ZoneOffset.UTC);

        assertThatThrownBy(() -> new AuthorityFiles(folder(), earlier).load())
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("clock");
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed() throws Exception {
        Files.writeString(data.resolve("file"), "");

        assertThatThrownBy(() -> CertificateAuthority.loadOrCreate(data.resolve("file/ca")))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining(data.resolve("file/ca").toString());
    }

    private void refused(String reason) {
        assertThatThrownBy(() -> CertificateAuthority.load(folder()))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining(reason);
        if (CertificateAuthority.exists(folder())) {
            assertThatThrownBy(() -> CertificateAuthority.loadOrCreate(folder()))
                    .isInstanceOf(TlsException.class)
                    .hasMessageContaining(reason);
        }
    }
}
