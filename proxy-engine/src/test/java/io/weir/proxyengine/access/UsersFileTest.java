package io.weir.proxyengine.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The users file as it is read and as it is changed. */
class UsersFileTest {
    private static final String HASH = TestUsers.hash("secret");

    @TempDir
    Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("users"), text);
    }

    @Test
    void linesAreNamesAndHashesCommentsAreNone() throws IOException {
        Path file = file("# ours\n\nanna:" + HASH + "\r\n  \nbjörn x:" + HASH + "  \n#carl:" + HASH);

        assertThat(UsersFile.read(file)).containsOnlyKeys("anna", "björn x");
    }

    @Test
    void allFaultsAreToldAtOnceWithTheirLines() throws IOException {
        Path file = file("anna:" + HASH + "\nbert:$apr1$12345678$abc\nnothing\n:" + HASH + "\nanna:" + HASH
                + "\ncarl:secret\na\u0007b:" + HASH + "\ndora:$2y$31$" + "C".repeat(53));

        assertThatThrownBy(() -> UsersFile.read(file))
                .isInstanceOf(AccessException.class)
                .hasMessageContainingAll(
                        "line 2: bert: MD5",
                        "line 3: not name:hash",
                        "line 4: not name:hash",
                        "line 5: anna is there twice",
                        "line 6: carl",
                        "line 7: a user's name",
                        "line 8: dora: bcrypt's cost")
                .hasMessageNotContainingAny("secret", "abc", "CCC", "\u0007");
    }

    @Test
    void manyFaultsAreToldInALineThatEnds() throws IOException {
        Path file = file("nothing\n".repeat(100_000));

        assertThatThrownBy(() -> UsersFile.read(file))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(2000).contains("99980 more"));
    }

    @Test
    void whatIsNoFileOrTooLargeOrNoTextIsRefused() throws IOException {
        Path large = file("#" + "x".repeat(UsersFile.BYTES_MAX));
        assertThatThrownBy(() -> UsersFile.read(large)).hasMessageContaining("more than");
        assertThatThrownBy(() -> UsersFile.read(folder)).hasMessageContaining("no file");
        assertThatThrownBy(() -> UsersFile.read(folder.resolve("none"))).hasMessageContaining("not there");
        assertThatThrownBy(() -> UsersFile.read(Path.of("/dev/zero"))).hasMessageContaining("no file");
        Path binary = Files.write(folder.resolve("binary"), new byte[] {'a', (byte) 0xff});
        assertThatThrownBy(() -> UsersFile.read(binary)).hasMessageContaining("UTF-8");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noGarbageIsMoreThanAFault(long seed) throws IOException {
        var random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            byte[] bytes = (HASH + "\n:#anna:" + HASH).getBytes(StandardCharsets.UTF_8);
            for (int j = 0; j < 1 + random.nextInt(8); j++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Path file = Files.write(folder.resolve("users"), bytes);
            try {
                UsersFile.read(file);
            } catch (AccessException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    @Test
    void aChangeKeepsAllOtherLines() throws IOException {
        String others = "# ours\n\nbert:$apr1$old$form\nanna:" + HASH + "\n#anna:x\ncarl:" + HASH;
        Path file = file(others);

        var editor = UsersEditor.open(file);
        editor.put("anna", "new", HashAlgorithm.BCRYPT);
        editor.put("dora", "new", HashAlgorithm.ARGON2ID);
        editor.remove("carl");
        editor.save();

        String[] lines = Files.readString(file).split("\n", -1);
        assertThat(lines).hasSize(7);
        assertThat(lines[0]).isEqualTo("# ours");
        assertThat(lines[2]).isEqualTo("bert:$apr1$old$form");
        assertThat(lines[3]).startsWith("anna:$2y$").isNotEqualTo("anna:" + HASH);
        assertThat(lines[4]).isEqualTo("#anna:x");
        assertThat(lines[5]).startsWith("dora:$argon2id$");
        assertThat(lines[6]).isEmpty();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var all = Files.list(folder)) {
            assertThat(all).containsExactly(file);
        }
    }

    @Test
    void aNewFileIsForItsOwnerOnlyAndALinkStaysOne() throws IOException {
        Path file = folder.resolve("new");
        var editor = UsersEditor.open(file);
        editor.put("anna", "secret", HashAlgorithm.BCRYPT);
        editor.save();
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        var again = UsersEditor.open(link);
        again.put("bert", "secret", HashAlgorithm.BCRYPT);
        again.save();

        assertThat(link).isSymbolicLink();
        assertThat(UsersFile.read(file)).containsOnlyKeys("anna", "bert");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void whatSomebodyElseChangedMeanwhileIsNotOverwritten() throws IOException {
        Path file = file("anna:" + HASH + "\n");
        var editor = UsersEditor.open(file);
        editor.put("bert", "secret", HashAlgorithm.BCRYPT);
        TestUsers.write(file, "carl", "secret", "dora", "secret");

        assertThatThrownBy(editor::save).isInstanceOf(AccessException.class).hasMessageContaining("meanwhile");
        assertThat(UsersFile.read(file)).containsOnlyKeys("carl", "dora");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a:b", "a\nb", " a", "a ", "#a", "a\u0000", "a\u0085"})
    void namesThatWouldBreakTheFileAreRefused(String name) {
        var editor = UsersEditor.open(folder.resolve("users"));

        assertThatThrownBy(() -> editor.put(name, "secret", HashAlgorithm.BCRYPT))
                .isInstanceOf(AccessException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nb", "a\u0000"})
    void passwordsThatNobodyCouldSendAreRefused(String password) {
        var editor = UsersEditor.open(folder.resolve("users"));

        assertThatThrownBy(() -> editor.put("anna", password, HashAlgorithm.BCRYPT))
                .isInstanceOf(AccessException.class);
    }
}
