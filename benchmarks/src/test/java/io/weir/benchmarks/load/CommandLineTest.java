package io.weir.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
    private static int execute(StringWriter output, String... args) {
        var writer = new PrintWriter(output);
        return Main.commandLine().setOut(writer).setErr(writer).execute(args);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run sideways",
                "run down --proxy=192.0.2.1:8080",
                "run down --proxy=8080",
                "run down --connections=0",
                "run down --size=many",
                "run down --seconds=100000",
                "run down --rate=10",
                "run down --turbo",
                "run h2 --size=20000",
                "compare --peers=nobody",
                "compare --scenarios=sideways-3",
                "compare --scenarios=down",
                "compare --scenarios=mitm-1k --peers=tinyproxy",
                "compare --rounds=0",
                "soak --minutes=-1",
                "origin"
            })
    void wrongUsageIsRefusedInOneLine(String line) {
        var output = new StringWriter();

        assertThat(execute(output, line.split(" ", -1))).isEqualTo(ExitStatus.WRONG);
        assertThat(output.toString()).isNotEmpty();
    }

    @Test
    void aRunPrintsOneLineOfJson() {
        var output = new StringWriter();

        int status = execute(output, "run", "connect", "--connections=2", "--warm-up=0", "--seconds=0.1");

        assertThat(status).isZero();
        assertThat(output.toString().lines()).hasSize(1);
        assertThat(output.toString())
                .contains("\"scenario\":\"connect\"", "\"overheadUp\":0", "\"errors\":0", "\"firstError\":null");
    }

    @ParameterizedTest
    @CsvSource({
        "down-64, DOWN, 64, 0",
        "http-8-64k, HTTP, 8, 65536",
        "ping-1-100, PING, 1, 100",
        "up-9000-1m, UP, 9000, 1048576",
        "mitm-1k, MITM, 64, 1024",
        "mitm-64k, MITM, 64, 65536",
        "mitm-h2-1k, H2, 16, 1024",
        "mitm-handshake, HANDSHAKE, 16, 0"
    })
    void aContestIsNamedForWhatItDoes(String name, Scenario scenario, int connections, long size) {
        LoadOptions options = Contest.parse(name).options();

        assertThat(options.scenario()).isEqualTo(scenario);
        assertThat(options.connections()).isEqualTo(connections);
        assertThat(options.size()).isEqualTo(size);
    }

    @ParameterizedTest
    @ValueSource(strings = {"down", "down-", "-64", "down-0", "http-64-1g", "sideways-64"})
    void whatNamesNoContestIsRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> Contest.parse(name));
    }
}
