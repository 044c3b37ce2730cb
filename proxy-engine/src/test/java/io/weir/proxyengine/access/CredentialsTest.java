package io.weir.proxyengine.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a Proxy-Authorization field may say. */
class CredentialsTest {
    private static String basic(byte[] bytes) {
        return "Basic " + Base64.getEncoder().encodeToString(bytes);
    }

    private static String basic(String text) {
        return basic(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void nameAndPasswordArePartedAtTheFirstColon() {
        Credentials credentials = Objects.requireNonNull(Credentials.ofBasic(basic("björn:a:b c")));

        assertThat(credentials.name()).isEqualTo("björn");
        assertThat(new String(credentials.password(), StandardCharsets.UTF_8)).isEqualTo("a:b c");
        assertThat(credentials.toString()).doesNotContain("a:b c");
    }

    @ParameterizedTest
    @ValueSource(strings = {"basic YTpi", "BASIC   YTpi", "Basic YTpi ", "Basic YTo=", "Basic YTo"})
    void theSchemeHasNoCaseAndThePaddingMayBeMissing(String value) {
        assertThat(Credentials.ofBasic(value)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Basic",
                "Basic ",
                "YTpi",
                "Bearer YTpi",
                "BasicYTpi",
                "Basic YTpi YTpi",
                "Basic ???",
                "Basic YQ==",
                "Basic =",
                "Digest username=\"a\"",
                "Basic OmI=",
                "Basic Y\u00e4pi"
            })
    void otherThingsAreNone(String value) {
        assertThat(Credentials.ofBasic(value)).isNull();
    }

    @Test
    void controlCharactersBrokenTextAndWhatIsTooLongAreNone() {
        assertThat(Credentials.ofBasic(basic("a\u0000:b"))).isNull();
        assertThat(Credentials.ofBasic(basic("a:b\r\nX: y"))).isNull();
        assertThat(Credentials.ofBasic(basic("a\u001b[31m:b"))).isNull();
        assertThat(Credentials.ofBasic(basic("a\u0085:b"))).isNull();
        assertThat(Credentials.ofBasic(basic(new byte[] {(byte) 0xff, ':', 'b'})))
                .isNull();
        assertThat(Credentials.ofBasic(basic("n".repeat(256) + ":b"))).isNull();
        assertThat(Credentials.ofBasic(basic("a:" + "p".repeat(1025)))).isNull();
        assertThat(Credentials.ofBasic(basic("a:" + "p".repeat(1_000_000)))).isNull();
        assertThat(Credentials.ofBasic(basic("a:" + "p".repeat(1024)))).isNotNull();
    }
}
