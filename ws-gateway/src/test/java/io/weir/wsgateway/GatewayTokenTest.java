package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayTokenTest {
    @TempDir
    private Path dir;

    @Test
    void firstStartMakesATokenForItsOwnerOnlyAndTheNextReadsIt() throws IOException {
        Path file = dir.resolve("token");

        GatewayToken made = GatewayToken.loadOrCreate(file);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(made.value()).hasSize(43); // 256 bits
        assertThat(GatewayToken.loadOrCreate(file).value()).isEqualTo(made.value());
        try (var files = Files.list(dir)) {
            assertThat(files).containsExactly(file);
        }
        assertThat(GatewayToken.random().value()).isNotEqualTo(made.value());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw-rw-rw-", "rw--w----", "rwx--x---"})
    void fileThatOthersHaveAccessToIsRefused(String modes) throws IOException {
        Path file = dir.resolve("token");
        GatewayToken.loadOrCreate(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(modes));

        assertThatThrownBy(() -> GatewayToken.loadOrCreate(file))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("others than its owner have access")
                .hasMessageContaining("chmod 600");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "has spaces in it and is long enough", "ümlautümlautümlautümlaut"})
    void fileWithoutATokenIsRefused(String content) throws IOException {
        Path file = dir.resolve("token");
        GatewayToken.loadOrCreate(file);
        Files.writeString(file, content);

        assertThatThrownBy(() -> GatewayToken.loadOrCreate(file))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("Delete it, and a new one is made at the next start");
    }

    @Test
    void folderThatIsMissingIsSaid() {
        assertThatThrownBy(() -> GatewayToken.loadOrCreate(dir.resolve("none").resolve("token")))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("cannot use the token file");
    }

    @Test
    void textFormDoesNotRevealIt() {
        GatewayToken token = GatewayToken.random();

        assertThat(token.toString()).doesNotContain(token.value());
    }
}
