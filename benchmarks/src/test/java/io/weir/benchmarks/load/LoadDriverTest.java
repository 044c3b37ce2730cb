package io.weir.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LoadDriverTest {
    private static LoadResult run(String... args) throws Exception {
        return LoadDriver.run(LoadOptions.parse(args));
    }

    /** A proxy for CONNECT that answers as told and then carries nothing. */
    private static ServerSocket proxyThatAnswers(String answer) throws IOException {
        var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var thread = new Thread(() -> {
            try (Socket client = listener.accept()) {
                var wire = new Wire(client);
                wire.readHead();
                wire.writeAscii(answer);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return listener;
    }

    @Test
    void bytesSentByTheOriginAreCountedExactly() throws Exception {
        LoadResult result = run("--scenario=down", "--operations=7", "--clients=3", "--bytes=1000001");

        assertThat(result.failure()).isNull();
        assertThat(result.isExact()).isTrue();
        assertThat(result.moved()).isEqualTo(new Moved(7, 7 * Wire.COMMAND_BYTES, 7_000_007, 0, 0));
    }

    @Test
    void bytesSentByTheClientsAreCountedExactly() throws Exception {
        LoadResult result = run("--scenario=up", "--operations=5", "--clients=8", "--bytes=1000001");

        assertThat(result.failure()).isNull();
        assertThat(result.moved()).isEqualTo(new Moved(5, 5_000_005 + 5 * Wire.COMMAND_BYTES, 5 * Long.BYTES, 0, 0));
    }

    @Test
    void connectionsAreCounted() throws Exception {
        LoadResult result = run("--scenario=connect", "--operations=50");

        assertThat(result.isExact()).isTrue();
        assertThat(result.moved()).isEqualTo(new Moved(50, 50 * Wire.COMMAND_BYTES, 50, 0, 0));
    }

    @Test
    void requestsOnKeptConnectionsAreCounted() throws Exception {
        LoadResult result = run("--scenario=keep-alive", "--operations=50", "--clients=4", "--bytes=300000");

        assertThat(result.failure()).isNull();
        assertThat(result.moved().operations()).isEqualTo(50);
        assertThat(result.moved().down()).isBetween(50 * 300_000L, 50 * 300_200L);
    }

    @Test
    void whatIsNotDoneInTimeIsGivenUpAndSaid() throws Exception {
        LoadResult result = run("--scenario=down", "--operations=1", "--bytes=1000000000000", "--limit-seconds=1");

        assertThat(result.isExact()).isFalse();
        assertThat(result.failure()).contains("not done within PT1S");
        assertThat(result.moved().operations()).isZero();
        assertThat(result.toJson()).contains("\"completed\":0", "\"exact\":false");
    }

    @Test
    void aProxyThatRefusesTheTunnelIsAFailure() throws Exception {
        try (ServerSocket proxy = proxyThatAnswers("HTTP/1.1 503 Service Unavailable\r\n\r\n")) {
            LoadResult result = run(
                    "--scenario=down", "--proxy=127.0.0.1:" + proxy.getLocalPort(), "--operations=1", "--clients=1");

            assertThat(result.isExact()).isFalse();
            assertThat(result.failure()).contains("no tunnel: HTTP/1.1 503");
        }
    }

    @Test
    void bytesThatAreMissingAreAFailure() throws Exception {
        try (ServerSocket proxy = proxyThatAnswers("HTTP/1.1 200 OK\r\n\r\nall but the rest")) {
            LoadResult result = run(
                    "--scenario=down", "--proxy=127.0.0.1:" + proxy.getLocalPort(), "--operations=1", "--clients=1");

            assertThat(result.isExact()).isFalse();
            assertThat(result.moved().operations()).isZero();
            assertThat(result.moved().overheadDown()).isEqualTo("HTTP/1.1 200 OK\r\n\r\n".length());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--scenario=sideways",
                "--scenario=down --proxy=192.0.2.1:8080",
                "--scenario=down --proxy=8080",
                "--scenario=down --clients=0",
                "--scenario=down --bytes=many",
                "--scenario=down --limit-seconds=86400",
                "--scenario=down --turbo=yes",
                "down"
            })
    void wrongUsageIsRefused(String line) {
        assertThatIllegalArgumentException().isThrownBy(() -> LoadOptions.parse(line.split(" ")));
    }

    @Test
    void theProcessorTimeOfAProcessGrows() throws Exception {
        long own = ProcessHandle.current().pid();
        double before = ProcessCpu.seconds(own);
        List<String> work = new ArrayList<>();
        while (ProcessCpu.seconds(own) - before < 0.05) {
            work.add(String.valueOf(work.size()));
        }

        assertThat(ProcessCpu.seconds(own)).isGreaterThan(before);
    }
}
