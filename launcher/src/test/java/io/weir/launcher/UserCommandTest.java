package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code weir user} writes and says, and how it exits. */
class UserCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private int user(String stdin, String... arguments) {
        var all = new java.util.ArrayList<>(List.of("user"));
        all.addAll(List.of(arguments));
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)));
        try {
            return WeirCommand.commands("user")
                    .setOut(new PrintWriter(out))
                    .setErr(new PrintWriter(err))
                    .execute(all.toArray(new String[0]));
        } finally {
            System.setIn(before);
        }
    }

    private String file() {
        return folder.resolve("users").toString();
    }

    @Test
    void usersComeChangeAndGo() throws Exception {
        assertThat(user("secret\n", "add", "anna", "--file", file(), "--password-stdin"))
                .isZero();
        assertThat(user(
                        "grün\r\nnot this",
                        "add",
                        "björn",
                        "--file",
                        file(),
                        "--password-stdin",
                        "--algorithm",
                        "argon2id"))
                .isZero();
        String before = Files.readString(Path.of(file()));
        assertThat(before)
                .containsPattern("^anna:\\$2y\\$10\\$.{53}\nbjörn:\\$argon2id\\$v=19\\$m=19456,t=2,p=1\\$.*\n$");
        assertThat(user("other", "passwd", "anna", "--file", file(), "--password-stdin"))
                .isZero();
        assertThat(Files.readString(Path.of(file()))).startsWith("anna:$2y$").isNotEqualTo(before);
        assertThat(user("", "list", "--file", file())).isZero();
        assertThat(user("", "remove", "anna", "--file", file())).isZero();
        assertThat(user("", "list", "--file", file())).isZero();

        assertThat(out.toString().lines()).containsExactly("anna  bcrypt", "björn  argon2id", "björn  argon2id");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void theDataFolderHasTheFileUnlessItIsSaid() throws Exception {
        Path data = folder.resolve("data");
        assertThat(user("secret", "add", "anna", "--data", data.toString(), "--password-stdin"))
                .isZero();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("users"))))
                .isEqualTo("rw-------");
    }

    @Test
    void whoIsThereIsNotAddedAndWhoIsNotIsNotChanged() throws Exception {
        user("secret", "add", "anna", "--file", file(), "--password-stdin");
        String before = Files.readString(Path.of(file()));

        assertThat(user("secret", "add", "anna", "--file", file(), "--password-stdin"))
                .isEqualTo(1);
        assertThat(user("secret", "passwd", "bert", "--file", file(), "--password-stdin"))
                .isEqualTo(1);
        assertThat(user("", "remove", "bert", "--file", file())).isEqualTo(1);
        assertThat(err.toString()).contains("anna is there already", "there is no bert");
        assertThat(Files.readString(Path.of(file()))).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a:b", " a", "#a", "a\u001b[2J"})
    void aNameThatCannotBeUsedIsWrongUsage(String name) {
        assertThat(user("secret", "add", name, "--file", file(), "--password-stdin"))
                .isEqualTo(64);
        assertThat(Path.of(file())).doesNotExist();
        assertThat(err.toString()).doesNotContain("\u001b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "a\u0000b\n"})
    void aPasswordThatCannotBeUsedIsWrongUsage(String password) {
        assertThat(user(password, "add", "anna", "--file", file(), "--password-stdin"))
                .isEqualTo(64);
        assertThat(Path.of(file())).doesNotExist();
    }

    @Test
    void aPasswordIsTooLongForBcryptBeforeItIsForArgon2() {
        String password = "x".repeat(73);
        assertThat(user(password, "add", "anna", "--file", file(), "--password-stdin"))
                .isEqualTo(64);
        assertThat(err.toString()).contains("72").doesNotContain("xxx");
        assertThat(user(password, "add", "anna", "--file", file(), "--password-stdin", "--algorithm", "argon2id"))
                .isZero();
        assertThat(user("x".repeat(2_000_000), "add", "bert", "--file", file(), "--password-stdin"))
                .isEqualTo(64);
    }

    @Test
    void noPasswordIsAnArgumentAndWithoutATerminalItMustComeFromStdin() {
        assertThat(user("", "add", "anna", "secret", "--file", file())).isEqualTo(64);
        assertThat(user("", "add", "anna", "--file", file(), "--password", "secret"))
                .isEqualTo(64);
        assertThat(user("", "add", "anna", "--file", file(), "--password-stdin", "--algorithm", "md5"))
                .isEqualTo(64);
        assertThat(user("", "frobnicate")).isEqualTo(64);
        assertThat(user("")).isEqualTo(64);
        assertThat(Path.of(file())).doesNotExist();
    }

    @Test
    void aFileWithFaultsIsToldOfAndOneThatCannotBeReadIsNotChanged() throws Exception {
        Files.writeString(Path.of(file()), "# ours\nanna:{SHA}secret\n");
        assertThat(user("", "list", "--file", file())).isEqualTo(1);
        assertThat(err.toString()).contains("line 2: anna: SHA").doesNotContain("secret");
        assertThat(user("", "list", "--file", folder.toString())).isEqualTo(2);
        assertThat(user("secret", "add", "anna", "--file", "/proc/none/users", "--password-stdin"))
                .isEqualTo(2);
    }
}
