package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts that are not the usual ones, each in a process of its own. */
@Tag("jdk")
class StartTest {
    @TempDir
    Path folder;

    @Test
    void loggingIsSetUpBeforeAnythingRunsBesideTheMainThread() throws Exception {
        Path data = folder.resolve("data");
        try (var weir = WeirProcess.start(data, List.of("-Dslf4j.provider=" + SlowLogging.class.getName()))) {
            assertThat(weir.health().statusCode()).isEqualTo(200);
        }
        assertThat(folder.resolve("data.err")).content().doesNotContain("SLF4J(W)", "SLF4J(E)", "Exception");
    }

    @Test
    void aRehearsalAnswersItselfAndStops() throws Exception {
        var ended = WeirProcess.run(
                "proxy",
                "--rehearse",
                "--listen",
                "127.0.0.1:0",
                "--gateway",
                "127.0.0.1:0",
                "--data",
                folder.resolve("data").toString());

        assertThat(ended.status()).isZero();
        assertThat(ended.out()).contains("is ready");
        assertThat(ended.err()).contains("weir: stopped at sequence").doesNotContain("no answer");
    }

    @Test
    void anAddressThatIsTakenIsSaidAndLeavesNothingOpen() throws Exception {
        Path data = folder.resolve("data");
        try (var taken = new ServerSocket(0)) {
            var ended = WeirProcess.run(
                    "proxy",
                    "--listen",
                    "127.0.0.1:" + taken.getLocalPort(),
                    "--gateway",
                    "127.0.0.1:0",
                    "--data",
                    data.toString());

            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.err()).contains("127.0.0.1:" + taken.getLocalPort());
        }
        assertThat(WeirProcess.run("audit", "--data", data.toString()).status()).isZero();
    }

    @Test
    void aFileThatTheOperatorNamesComesInsteadOfOurLogging() throws Exception {
        Path config = folder.resolve("logback.xml");
        Path lines = folder.resolve("lines.txt");
        Files.writeString(
                config,
                "<configuration><appender name='f' class='ch.qos.logback.core.FileAppender'><file>" + lines
                        + "</file><encoder><pattern>mine %msg%n</pattern></encoder></appender>"
                        + "<root level='INFO'><appender-ref ref='f'/></root></configuration>");
        Path data = folder.resolve("data");
        try (var weir = WeirProcess.start(data, List.of("-Dlogback.configurationFile=" + config))) {
            assertThat(weir.stop()).isEqualTo(143);
        }
        assertThat(lines).content().contains("mine stopping connections=0");
        assertThat(folder.resolve("data.err")).content().doesNotContain("INFO");
    }
}
