package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorityTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a:1 | a | 1",
                "example.com:443 | example.com | 443",
                "EXAMPLE.Com:443 | example.com | 443",
                "example.com.:443 | example.com. | 443",
                "xn--bcher-kva.example:80 | xn--bcher-kva.example | 80",
                "_dmarc.example.com:53 | _dmarc.example.com | 53",
                "a-b.c_d:65535 | a-b.c_d | 65535",
                "1.example:80 | 1.example | 80",
                "1e3:80 | 1e3 | 80",
                "0xg:80 | 0xg | 80",
                "1.2.3.4.example:80 | 1.2.3.4.example | 80",
                "127.0.0.1:1 | 127.0.0.1 | 1",
                "255.255.255.255:80 | 255.255.255.255 | 80",
                "0.0.0.0:80 | 0.0.0.0 | 80",
                "example.com:080 | example.com | 80",
                "[::1]:443 | ::1 | 443",
                "[2001:DB8::1]:443 | 2001:db8::1 | 443",
                "[::ffff:127.0.0.1]:443 | ::ffff:127.0.0.1 | 443",
                "[::]:80 | :: | 80",
                "[1:2:3:4:5:6:7:8]:80 | 1:2:3:4:5:6:7:8 | 80",
            })
    void isUnderstood(String text, String host, int port) {
        assertThat(Authority.parse(text, 0)).isEqualTo(new Authority(host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":80",
                "example.com",
                "example.com:",
                "example.com:0",
                "example.com:65536",
                "example.com:99999",
                "example.com:65616",
                "example.com:4294967376",
                "example.com:+80",
                "example.com:-80",
                "example.com:8 0",
                "example.com: 80",
                "example.com:80 ",
                " example.com:80",
                "example.com:80/",
                "example.com:80:80",
                "example.com:http",
                "example.com:0x50",
                "example.com:\u0661",
                "example.com\u0000:80",
                "exam ple.com:80",
                "exam\tple.com:80",
                "example..com:80",
                ".example.com:80",
                ".:80",
                "user@example.com:80",
                "user:password@example.com:80",
                "example.com\\@other:80",
                "example.com/:80",
                "example.com?:80",
                "example.com#:80",
                "http://example.com:80",
                "//example.com:80",
                "ex%61mple.com:80",
                "example.com%00:80",
                "b\u00fccher.example:80",
                "example\u3002com:80",
                "127.1:80",
                "127.0.1:80",
                "2130706433:80",
                "017700000001:80",
                "0x7f000001:80",
                "0x7f.0.0.1:80",
                "0X7F.1:80",
                "0x:80",
                "0177.0.0.1:80",
                "127.0.0.01:80",
                "010.0.0.1:80",
                "127.0.0.1.:80",
                "127.0.0.256:80",
                "127.0.0.1.5:80",
                "1.2.3:80",
                "example.1:80",
                "example.0x1:80",
                "::1:80",
                "[::1]",
                "[::1]:",
                "[::1]80",
                "[::1]]:80",
                "[[::1]]:80",
                "[::1:80",
                "::1]:80",
                "[]:80",
                "[::1%eth0]:80",
                "[::1%25eth0]:80",
                "[127.0.0.1]:80",
                "[example.com]:80",
                "[::g]:80",
                "[1:2:3:4:5:6:7:8:9]:80",
                "[1::2::3]:80",
                "[v1.fe80]:80",
                "[::ffff:127.0.0.01]:80",
                "[::ffff:0127.0.0.1]:80",
                "[::1] :80",
                "[ ::1]:80",
            })
    void isRefused(String text) {
        assertThat(Authority.parse(text, 0)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"63, 1, true", "64, 1, false", "63, 3, true", "63, 4, false"})
    void lengthsAreThoseOfDns(int labelLength, int labels, boolean understood) {
        String name = "a".repeat(labelLength) + ("." + "b".repeat(labelLength)).repeat(labels - 1);

        assertThat(Authority.parse(name + ":80", 0) != null).isEqualTo(understood);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20261123})
    void whateverIsUnderstoodReadsTheSameWhenWrittenAgain(long seed) {
        var random = new Random(seed);
        String alphabet = "aAzZ019.:[]-_%@/x0f ";
        String[] pieces = {"127.0.0.1", "::1", "[", "]", ":", "80", "a", ".", "0x", "ffff", "%", "@", "example", "0"};
        int understood = 0;
        for (int i = 0; i < 200_000; i++) {
            var text = new StringBuilder();
            int length = random.nextInt(9);
            for (int j = 0; j < length; j++) {
                text.append(
                        random.nextBoolean()
                                ? pieces[random.nextInt(pieces.length)]
                                : String.valueOf(alphabet.charAt(random.nextInt(alphabet.length()))));
            }
            Authority one = Authority.parse(text.toString(), 0);
            if (one != null) {
                understood++;
                assertThat(Authority.parse(one.toString(), 0))
                        .as(text.toString())
                        .isEqualTo(one);
                assertThat(Authority.parse(one.hostField(one.port()), one.port()))
                        .as(text.toString())
                        .isEqualTo(one);
                assertThat(one.isIpv6() ? one.address() != null : true).isTrue();
            }
        }
        assertThat(understood).isGreaterThan(100);
    }
}
