package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.proxyengine.tls.CertificateAuthority;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code weir ca} prints and writes, and how it exits. */
class CaCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private Path data() {
        return folder.resolve("data");
    }

    private int ca(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "ca";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return WeirCommand.commands("ca")
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all);
    }

    @Test
    void showMakesTheCaAndPrintsWhatPeopleCompare() throws Exception {
        assertThat(ca("show", "--data", data().toString())).isZero();

        CertificateAuthority made = CertificateAuthority.load(data().resolve("ca"));
        assertThat(out.toString())
                .contains(
                        "CN=Weir CA ",
                        made.fingerprint(),
                        made.certificateFile().toString(),
                        "until ",
                        "days left");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data())))
                .isEqualTo("rwx------");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void pathPrintsThePathAndNothingElse() {
        assertThat(ca("path", "--data", data().toString())).isZero();

        assertThat(out.toString().strip())
                .isEqualTo(data().resolve("ca/weir-ca.pem").toString());
        assertThat(data().resolve("ca/weir-ca.pem")).exists();
    }

    @Test
    void exportWritesTheCertificateAndNeverTheKey() throws Exception {
        Path der = folder.resolve("ca.crt");
        Path pem = folder.resolve("ca.pem");
        String at = data().toString();

        assertThat(ca("export", "--data", at)).isZero();
        assertThat(ca("export", "--data", at, "--output", pem.toString())).isZero();
        assertThat(ca("export", "--data", at, "--der", "-o", der.toString())).isZero();

        CertificateAuthority made = CertificateAuthority.load(data().resolve("ca"));
        assertThat(out.toString()).isEqualTo(made.pem()).doesNotContain("PRIVATE");
        assertThat(pem).hasContent(made.pem());
        assertThat(der).hasBinaryContent(made.der());
    }

    @Test
    void aCaThatCannotBeUsedIsRefusedWithTheReason() throws Exception {
        assertThat(ca("show", "--data", data().toString())).isZero();
        Path key = data().resolve("ca/weir-ca.key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));

        for (String command : new String[] {"show", "export", "path"}) {
            assertThat(ca(command, "--data", data().toString())).isEqualTo(2);
            assertThat(err.toString()).startsWith("weir ca show: the CA's key").contains("chmod 600 " + key);
        }
    }

    @Test
    void aFileThatCannotBeWrittenIsNamed() {
        Path file = folder.resolve("none/ca.pem");

        assertThat(ca("export", "--data", data().toString(), "--output", file.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains(file.toString());
    }

    @Test
    void aDataFolderThatCannotBeMadeIsNamed() throws Exception {
        Files.writeString(folder.resolve("file"), "");

        assertThat(ca("show", "--data", folder.resolve("file/data").toString())).isEqualTo(2);
        assertThat(err.toString()).contains("file/data");
    }

    @Test
    void installHelpNamesTheRealPathAndMakesNothing() {
        assertThat(ca("install-help", "--data", data().toString())).isZero();

        Path certificate = data().resolve("ca/weir-ca.pem");
        assertThat(out.toString())
                .contains(
                        "curl --cacert " + certificate,
                        "NODE_EXTRA_CA_CERTS=" + certificate,
                        "Debian, Ubuntu",
                        "Fedora",
                        "macOS",
                        "Windows",
                        "Firefox",
                        "Chrome",
                        "keytool",
                        "REQUESTS_CA_BUNDLE",
                        "http.sslCAInfo",
                        "Android",
                        "Docker")
                .doesNotContain("{ca}");
        assertThat(data()).doesNotExist();
    }

    @Test
    void aPathWithASpaceIsQuoted() {
        assertThat(ca("install-help", "--data", folder.resolve("my data").toString()))
                .isZero();

        assertThat(out.toString()).contains("--cacert '" + folder.resolve("my data/ca/weir-ca.pem") + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no-such", "--no-such", "show --no-such", "export --der --output", "path more"})
    void wrongUsageIsSaid(String arguments) {
        assertThat(ca(arguments.isEmpty() ? new String[0] : arguments.split(" ", -1)))
                .isEqualTo(64);
    }

    @ParameterizedTest
    @ValueSource(strings = {"show", "export", "path", "install-help"})
    void eachHelps(String command) {
        assertThat(ca(command, "--help")).isZero();
        assertThat(out.toString()).contains("Usage: weir ca " + command, "--data");
    }
}
