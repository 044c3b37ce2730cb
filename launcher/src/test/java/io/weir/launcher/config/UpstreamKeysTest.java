package io.weir.launcher.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with upstreams is said all at once, at the key that is to be changed, and without a secret. */
class UpstreamKeysTest {
    @TempDir
    Path folder;

    private static List<String> faults(String yaml) {
        return ConfigReader.read(yaml.getBytes(StandardCharsets.UTF_8), Map.of()).faults().stream()
                .map(fault -> fault.key() + ": " + fault.problem())
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://127.0.0.1:1 | is no upstream",
                "a=ftp://127.0.0.1:1 | is no kind of upstream; there are http, https, socks5",
                "a=http://127.0.0.1 | is no HOST:PORT",
                "direct=http://127.0.0.1:1 | is no name",
                "a=http://127.0.0.1:1?check=0s | from 100ms to 1d",
                "a=http://127.0.0.1:1?nothing=1 | an upstream has credentials",
                "a=http://127.0.0.1:1?check= | without a value",
                "a=http://127.0.0.1:1?check=1s&check=2s | sets twice",
                "a=http://127.0.0.1:1?ca=x.pem | settings of TLS and does not speak it",
                "a=https://127.0.0.1:1?client-cert=x.pem | client-cert=FILE and client-key=FILE",
                "a=https://127.0.0.1:1?ca=nowhere.pem | nowhere.pem",
                "a=http://127.0.0.1:1?credentials=nowhere | is not there",
                "a=http://127.0.0.1:70000 | port from 1 to 65535",
                "a=http://127.0.0.1:8080 | is this proxy itself",
                "a=http://localhost:8080 | is this proxy itself",
            })
    void whatIsNoUpstreamIsSaid(String text, String problem) {
        assertThat(faults("proxy: {upstreams: ['" + text + "']}"))
                .anySatisfy(
                        fault -> assertThat(fault).startsWith("proxy.upstreams").contains(problem));
    }

    @Test
    void whatDoesNotGoTogetherIsSaidAllAtOnce() throws Exception {
        Path rules = Files.writeString(folder.resolve("rules"), "allow host=a.example upstream=c\nallow upstream=g\n");

        List<String> faults = faults("proxy:\n  upstreams: ['a=http://10.0.0.1:1', 'a=socks5://10.0.0.2:1']\n"
                + "  upstream-groups: ['g=failover:a,b', 'h=latency:', 'a=round-robin:a']\n  upstream: x\n  rules: "
                + rules + "\n");

        assertThat(faults)
                .containsExactlyInAnyOrder(
                        "proxy.upstreams: two upstreams have the name a",
                        "proxy.upstream-groups: group g has a member that is no upstream: b",
                        "proxy.upstream-groups: group h has no members",
                        "proxy.upstream-groups: two upstreams or groups have the name a",
                        "proxy.upstream: there is no upstream or group of the name x",
                        faults.get(faults.size() - 1));
        assertThat(faults.get(faults.size() - 1))
                .contains("line 1")
                .contains("upstream=\"c\" names no upstream or group of this proxy: it has a, g, h, and direct");
    }

    @ParameterizedTest
    @CsvSource({
        "upstreams, 'a=http://anna:hunter2@127.0.0.1:1'",
        "upstreams, 'a=http://anna:hun/ter2@127.0.0.1:1'",
        "upstream, 'http://anna:hunter2@127.0.0.1:1'",
        "upstream, 'anna:hunter2@127.0.0.1:1'",
    })
    void aPasswordInAUrlIsNotRepeated(String key, String text) {
        ConfigReader.Outcome outcome =
                ConfigReader.read(("proxy: {" + key + ": '" + text + "'}").getBytes(StandardCharsets.UTF_8), Map.of());

        assertThat(outcome.faults()).isNotEmpty();
        assertThat(outcome.faults().toString()).doesNotContain("ter2");
    }
}
