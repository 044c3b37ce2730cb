package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPatternsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // pattern | as written | host | port | matches
                "* | * | example.com | 443 | true",
                "* | * | ::1 | 1 | true",
                "ALL | * | example.com | 443 | true",
                "*:443 | *:443 | example.com | 443 | true",
                "all:443 | *:443 | example.com | 80 | false",
                "example.com | example.com | example.com | 1 | true",
                "example.com | example.com | EXAMPLE.com. | 65535 | true",
                "Example.COM. | example.com | example.com | 80 | true",
                "example.com | example.com | www.example.com | 80 | false",
                "example.com | example.com | ample.com | 80 | false",
                "ample.com | ample.com | example.com | 80 | false",
                "example.com | example.com | example.com.evil.example | 80 | false",
                "example.com:8443 | example.com:8443 | example.com | 8443 | true",
                "example.com:8443 | example.com:8443 | example.com | 443 | false",
                "*.example.com | *.example.com | www.example.com | 80 | true",
                "*.example.com | *.example.com | a.b.c.EXAMPLE.com | 80 | true",
                "*.example.com | *.example.com | example.com | 80 | false",
                "*.example.com | *.example.com | badexample.com | 80 | false",
                "*.example.com:443 | *.example.com:443 | www.example.com | 443 | true",
                "*.example.com:443 | *.example.com:443 | www.example.com | 80 | false",
                ".example.com | .example.com | example.com | 80 | true",
                ".example.com | .example.com | www.example.com. | 80 | true",
                ".example.com | .example.com | badexample.com | 80 | false",
                "*.com | *.com | example.com | 80 | true",
                "xn--bcher-kva.example | xn--bcher-kva.example | XN--bcher-kva.example | 80 | true",
                "192.0.2.1 | 192.0.2.1 | 192.0.2.1 | 80 | true",
                "192.0.2.1:80 | 192.0.2.1:80 | 192.0.2.1 | 81 | false",
                "192.0.2.1 | 192.0.2.1 | 192.0.2.10 | 80 | false",
                "[::1] | [::1] | ::1 | 80 | true",
                "[::1]:443 | [::1]:443 | [::1] | 443 | true",
                "[::1]:443 | [::1]:443 | 0:0:0:0:0:0:0:1 | 443 | true",
                "[::1]:443 | [::1]:443 | ::1 | 80 | false",
                "[2001:DB8:0::1] | [2001:db8::1] | 2001:db8::0001 | 80 | true",
                "example.com | example.com | '' | 80 | false",
                "example.com | example.com | . | 80 | false",
            })
    void matches(String pattern, String canonical, String host, int port, boolean matches) {
        HostPatterns patterns = HostPatterns.parse(List.of(pattern));

        assertThat(patterns.matches(host, port)).isEqualTo(matches);
        assertThat(patterns).hasToString(canonical);
        assertThat(patterns.isEmpty()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ":443",
                ".",
                "*.",
                "..",
                "**",
                "*.*",
                "*example.com",
                "*..example.com",
                "..example.com",
                "www.*.com",
                "example.com..",
                "example.com:",
                "example.com:0",
                "example.com:65536",
                "example.com:http",
                "example.com:1:2",
                "example.com:*",
                "https://example.com",
                "example.com/",
                "example.com/path",
                "user@example.com",
                "exa mple.com",
                "exam\u0000ple.com",
                "b\u00fccher.example",
                "example.com,example.org",
                "192.0.2.0/24",
                "127.1",
                "0x7f000001",
                "*.192.0.2.1",
                ".192.0.2.1",
                "*.2.1",
                "::1",
                "::1:443",
                "[::1",
                "[::1]443",
                "[::1%eth0]",
                "*.[::1]",
                ".[::1]",
                "[example.com]",
            })
    void isRefused(String pattern) {
        assertThatThrownBy(() -> HostPatterns.parse(List.of("example.com", pattern)))
                .isInstanceOf(EngineException.class)
                .hasMessageStartingWith("not a pattern of hosts: \"")
                .hasMessageContaining("expected example.com, *.example.com");
    }

    @Test
    void allThatAreWrongAreNamedAndFitToBeShown() {
        assertThatThrownBy(() -> HostPatterns.parse(List.of("a b", "example.com", "x\n:y", "z/".repeat(100))))
                .hasMessageStartingWith(
                        "not patterns of hosts: \"a b\", \"x?:y\", \"" + "z/".repeat(40) + "…\"; expected ");
    }

    @Test
    void noneMatchesNothing() {
        assertThat(HostPatterns.NONE.matches("example.com", 443)).isFalse();
        assertThat(HostPatterns.NONE.isEmpty()).isTrue();
        assertThat(HostPatterns.parse(List.of())).isEqualTo(HostPatterns.NONE).hasToString("");
    }

    @Test
    void orderSpellingAndRepetitionMakeNoDifference() {
        HostPatterns one = HostPatterns.parse(List.of("b.example", "*:443", " A.example. "));
        HostPatterns other = HostPatterns.parse(List.of("all:443", "a.EXAMPLE", "b.example", "a.example"));

        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other).hasToString("*:443, a.example, b.example");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 20261123})
    void agreesWithAMatcherThatTriesEachPattern(long seed) {
        var random = new Random(seed);
        int matched = 0;
        for (int round = 0; round < 200; round++) {
            List<String> texts = new ArrayList<>();
            for (int i = random.nextInt(60); i >= 0; i--) {
                texts.add(pattern(random));
            }
            HostPatterns patterns = HostPatterns.parse(texts);
            assertThat(HostPatterns.parse(Arrays.asList(patterns.toString().split(", ", -1))))
                    .isEqualTo(patterns);
            for (int i = 0; i < 300; i++) {
                String host = host(random);
                int port = 440 + random.nextInt(5);
                boolean expected = texts.stream().anyMatch(text -> naive(text, host, port));
                assertThat(patterns.matches(host, port))
                        .as("%s, %s:%d", texts, host, port)
                        .isEqualTo(expected);
                matched += expected ? 1 : 0;
            }
        }
        assertThat(matched).isBetween(5_000, 55_000);
    }

    private static String host(Random random) {
        var host = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            host.append(List.of("a", "b", "aa", "AB", "ba", "c-d").get(random.nextInt(6)))
                    .append('.');
        }
        return host.append(random.nextBoolean() ? "x" : "Yx").toString();
    }

    private static String pattern(Random random) {
        String prefix = List.of("", "", "*.", ".").get(random.nextInt(4));
        String host = random.nextInt(400) == 0 ? "*" : prefix + host(random);
        return random.nextInt(3) == 0 ? host + ":" + (440 + random.nextInt(5)) : host;
    }

    private static boolean naive(String pattern, String host, int port) {
        String[] parts = pattern.toLowerCase(Locale.ROOT).split(":", -1);
        String name = host.toLowerCase(Locale.ROOT);
        if (parts.length > 1 && Integer.parseInt(parts[1]) != port) {
            return false;
        }
        if (parts[0].startsWith("*.")) {
            return name.endsWith(parts[0].substring(1));
        }
        if (parts[0].startsWith(".")) {
            return name.endsWith(parts[0]) || name.equals(parts[0].substring(1));
        }
        return parts[0].equals("*") || name.equals(parts[0]);
    }
}
