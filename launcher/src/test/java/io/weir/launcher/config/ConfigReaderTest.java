package io.weir.launcher.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a file may say, and that all that is wrong with it is said at once, with where it stands. */
class ConfigReaderTest {
    private static ConfigReader.Outcome read(String yaml) {
        return read(yaml, Map.of());
    }

    private static ConfigReader.Outcome read(String yaml, Map<Key<?>, List<String>> options) {
        return ConfigReader.read(yaml.getBytes(StandardCharsets.UTF_8), options);
    }

    private static String faults(String yaml) {
        return read(yaml).faults().stream().map(Fault::toString).collect(Collectors.joining("\n"));
    }

    @Test
    void withoutAFileEveryKeyHasItsDefault() {
        ConfigReader.Outcome outcome = read("");

        assertThat(outcome.faults()).isEmpty();
        assertThat(outcome.settings()).isEqualTo(Settings.defaults(Keys.TABLE));
        assertThat(outcome.settings().get(TimeoutKeys.TUNNEL_IDLE)).isEqualTo(Duration.ofHours(1));
        assertThat(outcome.settings().get(ProxyKeys.MAX_CONNECTIONS)).isEmpty();
    }

    @Test
    void valuesCarryUnitsAndListsMayBeOneValue() {
        Settings settings = read("""
                        timeouts:
                          tunnel-idle: 30 s
                          drain: 1d
                        proxy:
                          relay-buffer: 1 MiB
                          max-connections: 77
                        intercept:
                          hosts: [a.example, "*.b.example:443"]
                          except: c.example
                        """).orThrow("test");

        assertThat(settings.get(TimeoutKeys.TUNNEL_IDLE)).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.get(TimeoutKeys.DRAIN)).isEqualTo(Duration.ofDays(1));
        assertThat(settings.get(ProxyKeys.RELAY_BUFFER)).isEqualTo(1 << 20);
        assertThat(settings.get(ProxyKeys.MAX_CONNECTIONS)).isEqualTo(Optional.of(77L));
        assertThat(settings.get(InterceptKeys.HOSTS)).containsExactly("a.example", "*.b.example:443");
        assertThat(settings.get(InterceptKeys.EXCEPT)).containsExactly("c.example");
    }

    @Test
    void jsonIsYamlToo() {
        Settings settings = read("{\"timeouts\": {\"connect\": \"7s\"}, \"proxy\": {\"max-connections\": 5}}")
                .orThrow("test");

        assertThat(settings.get(TimeoutKeys.CONNECT)).isEqualTo(Duration.ofSeconds(7));
        assertThat(settings.get(ProxyKeys.MAX_CONNECTIONS)).isEqualTo(Optional.of(5L));
    }

    @Test
    void anOptionOfTheCommandLineComesBeforeTheFileAlsoIfThatIsFaulty() {
        ConfigReader.Outcome outcome =
                read("timeouts:\n  drain: 7s\n  head: 3s\n", Map.of(TimeoutKeys.DRAIN, List.of("9s")));

        assertThat(outcome.faults()).isEmpty();
        assertThat(outcome.settings().get(TimeoutKeys.DRAIN)).isEqualTo(Duration.ofSeconds(9));
        assertThat(outcome.settings().get(TimeoutKeys.HEAD)).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void allFaultsAreSaidAtOnceWithWhereTheyStand() {
        String faults = faults("""
                timeouts:
                  connect: 10
                  conect: 5s
                  head: [1s]
                  head: 2s
                proxy:
                  max-connections: 0
                  listen:
                    - 127.0.0.1:99999
                    - 127.0.0.1:8080
                    - gopher://127.0.0.1:70
                  relay-buffer: 2MiB
                tunnel-idle: 5s
                gateway: 9090
                log:
                  level: loud
                  level2:
                intercept:
                  bypass-time:
                """);

        assertThat(faults.lines())
                .containsExactly(
                        "2:12 timeouts.connect: '10' is no time: a number and ms, s, m, h or d, such as 30s",
                        "3:3 timeouts.conect: there is no such key; did you mean timeouts.connect?",
                        "4:9 timeouts.head: one value is expected and no list: a time from 1ms to 1h, such as 250ms, 30s, 5m, 1h"
                                + " or 7d",
                        "5:3 head: there is one already in line 4; a key stands once in its group",
                        "7:20 proxy.max-connections: '0' is not a whole number from 1 to 1000000",
                        "9:7 proxy.listen[0]: '127.0.0.1:99999' has no port from 0 to 65535; HOST:PORT, such as 127.0.0.1:8080",
                        "11:7 proxy.listen[2]: 'gopher' is no kind of listener; there are http, https, socks5, mixed",
                        "12:17 proxy.relay-buffer: '2MiB' is not a size from 1KiB to 1MiB, such as 512KiB, 10MiB or 1GiB",
                        "13:1 tunnel-idle: there is no such key; did you mean timeouts.tunnel-idle?",
                        "14:10 gateway: keys are expected below it: listen, cert, key, allow, allow-plain",
                        "16:10 log.level: 'loud' is none of error, warn, info, debug",
                        "17:3 log.level2: there is no such key; did you mean log.level?",
                        "19:15 intercept.bypass-time: it has no value; leave it out for the default, or give it a time from 1ms to"
                                + " 365d, such as 250ms, 30s, 5m, 1h or 7d");
    }

    @Test
    void whatNoKeyIsToBlameForAloneIsSaidAtOneOfThem() {
        String faults = faults("""
                proxy:
                  listen: 0.0.0.0:8080
                gateway:
                  listen: 0.0.0.0:9090
                  cert: /none/cert.pem
                capture:
                  hosts: ["*"]
                  limit: 2MiB
                  total: 1MiB
                intercept:
                  trust: /none/ca.pem
                """);

        assertThat(faults.lines())
                .hasSize(5)
                .anySatisfy(line ->
                        assertThat(line).startsWith("2:11 proxy.listen: ").contains("open proxy", "--allow-open"))
                .anySatisfy(line ->
                        assertThat(line).startsWith("5:9 gateway.cert: ").contains("--gateway-key is missing"))
                .anySatisfy(line ->
                        assertThat(line).startsWith("7:10 capture.hosts: ").contains("intercept.hosts"))
                .anySatisfy(line ->
                        assertThat(line).startsWith("9:10 capture.total: ").contains("2MiB"))
                .anySatisfy(line ->
                        assertThat(line).startsWith("11:10 intercept.trust: ").contains("/none/ca.pem"));
    }

    @Test
    void anOpenGatewayNeedsTheWord() {
        assertThat(faults("gateway:\n  listen: 0.0.0.0:9090\n")).contains("2:11 gateway.listen", "allow-plain");
        assertThat(faults("gateway:\n  listen: 0.0.0.0:9090\n  allow-plain: true\n"))
                .isEmpty();
        assertThat(faults("proxy:\n  listen: [0.0.0.0:80]\n  allow-open: true\n"))
                .isEmpty();
        assertThat(faults("proxy:\n  listen: []\n")).contains("no address to listen on");
        assertThat(faults("proxy:\n  listen: ['127.0.0.1:1?name=a', '127.0.0.1:2?name=a']\n"))
                .contains("two listeners have the name a");
    }

    @Test
    void aSecretIsShownNowhere() {
        Key<String> password = Key.one("a.password", Types.NODE_NAME, "none", Applied.RESTART, "A secret.")
                .secret();
        Key<Long> count = Key.one("a.count", Types.count(1, 9), "1", Applied.RELOAD, "A number.");
        var table = new KeyTable(List.of(password, count));
        byte[] file = "a:\n  password: hunter2\n  count: 3\n".getBytes(StandardCharsets.UTF_8);
        byte[] wrong = "a:\n  password: hunter2 and more\n".getBytes(StandardCharsets.UTF_8);
        byte[] shown = "a:\n  password: '[not shown]'\n".getBytes(StandardCharsets.UTF_8);

        Settings settings = ConfigReader.read(table, file, Map.of()).settings();

        assertThat(settings.get(password)).isEqualTo("hunter2");
        assertThat(settings.tree().toString()).doesNotContain("hunter2").contains(Settings.NOT_SHOWN);
        assertThat(YamlText.of(settings)).doesNotContain("hunter2");
        assertThat(Settings.defaults(table).differences(settings).toString())
                .doesNotContain("hunter2")
                .contains("a.password none -> [not shown]", "a.count 1 -> 3");
        assertThat(ConfigReader.read(table, wrong, Map.of()).faults().toString())
                .contains("a.password")
                .doesNotContain("hunter2");
        assertThat(ConfigReader.read(table, shown, Map.of()).faults().toString())
                .contains("was not shown");
    }

    @Test
    void theSameValueWrittenAnotherWayHasTheSameDigest() {
        Settings one = read("timeouts:\n  connect: 60s\n").settings();
        Settings other = read("timeouts: {connect: \"1 m\"}\n").settings();

        assertThat(one.digest()).isEqualTo(other.digest()).matches("[0-9a-f]{64}");
        assertThat(one.differences(other)).isEmpty();
        assertThat(one.digest()).isNotEqualTo(read("").settings().digest());
    }
}
