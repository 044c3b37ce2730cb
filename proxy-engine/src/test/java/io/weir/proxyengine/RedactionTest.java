package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What must not be written down is the canary; it is nowhere in what is. */
class RedactionTest {
    private static final String CANARY = "s3cr3tCANARY";

    private final Redaction redaction = Redaction.defaults();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/a?token=1 | /a?token=[redacted]",
                "/a?x=1&token=2&y=3 | /a?x=1&token=[redacted]&y=3",
                "/a?x=1;token=2;y=3 | /a?x=1;token=[redacted];y=3",
                "/a?token=1&token=2 | /a?token=[redacted]&token=[redacted]",
                "/a?token=&y | /a?token=[redacted]&y",
                "/a?token | /a?token",
                "/a?=1&&;&x | /a?=1&&;&x",
                "/a?tok%65n=1&y=2 | /a?tok%65n=[redacted]&y=2",
                "/a?ToKeN=1 | /a?ToKeN=[redacted]",
                "/a?api-key=1&apiKey=2&API_KEY=3 | /a?api-key=[redacted]&apiKey=[redacted]&API_KEY=[redacted]",
                "/a?myApiKey=1&keyboard=2&monkey=3 | /a?myApiKey=[redacted]&keyboard=2&monkey=3",
                "/a?user[password]=1&user[name]=2 | /a?user[password]=[redacted]&user[name]=2",
                "/a?user%5Bpassword%5D=1 | /a?user%5Bpassword%5D=[redacted]",
                "/a?q=%zz%&token=1 | /a?q=%zz%&token=[redacted]",
                "/a;jsessionid=1/b;v=2?x=3 | /a;jsessionid=[redacted]/b;v=2?x=3",
                "/a?password=a?b/c;d | /a?password=[redacted]",
                "https://u:p@example.com/a@b?x=c@d | https://example.com/a@b?x=c@d",
                "https://u@p@example.com | https://example.com",
                "u:p@example.com:443 | example.com:443",
                "//u:p@example.com/ | //example.com/",
                "https:/u:p@example.com/ | https:/example.com/",
                "https:\\\\u:p@example.com/ | https:\\\\example.com/",
                "/a/https://u:p@example.com/ | /a/https://example.com/",
                "x://a@://b@://c@d | x://://://d",
                "/a//b@c | /a//b@c",
                "a@b | a@b",
                "/cb#access_token=1&state=2 | /cb#access_token=[redacted]&state=2",
                "/#/cb?code=1 | /#/cb?code=[redacted]",
                "?sig=1 | ?sig=[redacted]",
                "sig=1&se=2 | sig=[redacted]&se=2",
                "/key=1/b | /key=1/b",
                "/a?next=https%3A%2F%2Fb%2F%3Ftoken%3D1&x=2 | /a?next=[redacted]&x=2",
                "/a?next=https%3A%2F%2Fb%2F%3Fpage%3D1 | /a?next=https%3A%2F%2Fb%2F%3Fpage%3D1",
                "/a?next=https%253A%252F%252Fb%252F%253Ftoken%253D1 | /a?next=[redacted]",
                "/s?X-Amz-Date=1&X-Amz-Credential=2&X-Amz-Signature=3 | /s?X-Amz-Date=1&X-Amz-Credential=[redacted]&X-Amz-Signature=[redacted]",
                "* | *",
                "example.com:443 | example.com:443",
                "'' | ''",
            })
    void secretsInUrlsAreReplacedAndTheRestIsKept(String url, String redacted) {
        assertThat(redaction.url(url)).isEqualTo(redacted);
    }

    @Test
    void urlsAreCut() {
        String url = redaction.url("/" + "a".repeat(10_000));

        assertThat(url).hasSize(4000).endsWith("a…");
        assertThat(redaction.url("/" + "a".repeat(3999))).hasSize(4000).endsWith("aa");
        assertThat(redaction.url("/?token=" + "a".repeat(1_000_000))).isEqualTo("/?token=[redacted]");
        assertThat(redaction.url("/" + "\ud83d\ude00".repeat(3000))).hasSizeBetween(3999, 4000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Authorization | Bearer x | [redacted]",
                "X-API-Key | x | [redacted]",
                "x-shopify-access-token | x | [redacted]",
                "X-Amz-Server-Side-Encryption-Customer-Key | x | [redacted]",
                "Cookie | a=1; b=2 | a=[redacted]; b=[redacted]",
                "Cookie | a=\"1; c=3\";b=2;x;; =y | a=[redacted]; b=[redacted]; [redacted]; [redacted]",
                "Set-Cookie | a=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly | a=[redacted]; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly",
                "set-cookie | a=1; path=/, b=2; httponly, c=3; Odd=4; odd | a=[redacted]; path=[redacted]; httponly, c=[redacted]; Odd=[redacted]; [redacted]",
                "Set-Cookie | 1 | [redacted]",
                "Referer | https://u:p@a/b?token=1&x=2 | https://a/b?token=[redacted]&x=2",
                "Location | /cb?code=1 2,3&x=4 | /cb?code=[redacted]&x=4",
                ":path | /a?key=1 | /a?key=[redacted]",
                "Link | <https://a/?private_token=1&page=2>; rel=\"next\", <https://b/?sig=3>; rel=last | <https://a/?private_token=[redacted]&page=2>; rel=\"next\", <https://b/?sig=[redacted]>; rel=last",
                "Refresh | 5;url=https://u:p@a/?token=1 | 5;url=https://a/?token=[redacted]",
                "Signature | keyId=\"a\",signature=\"x y\" | keyId=\"a\",signature=[redacted]",
                "Content-Type | multipart/form-data; boundary=abc | multipart/form-data; boundary=abc",
                "User-Agent | Bot/1.0 (+https://example.com/bot?x=1) | Bot/1.0 (+https://example.com/bot?x=1)",
                "WWW-Authenticate | Basic realm=\"x\" | Basic realm=\"x\"",
                "Sec-WebSocket-Key | x | x",
                "Sec-WebSocket-Protocol | base64url.bearer.authorization.k8s.io.x, v4 | [redacted]",
                "Sec-WebSocket-Protocol | graphql-ws | graphql-ws",
                "Host | example.com | example.com",
            })
    void secretsInFieldsAreReplacedAndTheRestIsKept(String name, String value, String redacted) {
        assertThat(facts(name, value).fields()).containsExactly(new Field(name, redacted));
    }

    private MessageFacts facts(String name, String value) {
        return facts(redaction, Map.of(name, value));
    }

    private static MessageFacts facts(Redaction redaction, Map<String, String> fields) {
        HttpHeaders headers = unvalidated();
        fields.forEach(headers::add);
        return facts(redaction, headers);
    }

    private static HttpHeaders unvalidated() {
        return DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    }

    private static MessageFacts facts(Redaction redaction, HttpHeaders headers) {
        return new FieldMemory().of(redaction, headers).facts(0, "", "");
    }

    @Test
    void controlCharactersAreEscapedAndLongValuesCut() {
        assertThat(facts("a\u0001", "b\r\n\u001b[1m\u0085c").fields())
                .containsExactly(new Field("a\\u0001", "b\\u000d\\u000a\\u001b[1m\\u0085c"));
        assertThat(facts("a", "b".repeat(5000)).value("a")).hasSize(2048).endsWith("b…");
        assertThat(facts("a", "\u0000".repeat(5000)).value("a")).hasSize(2048);
        assertThat(facts("a".repeat(5000), "b").fields().get(0).name()).hasSize(256);
    }

    @Test
    void fieldsThatDoNotFitAreCounted() {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (int i = 0; i < 20; i++) {
            headers.add("name" + i % 10, "v".repeat(995));
        }

        MessageFacts facts = new FieldMemory().of(redaction, headers).facts(7, "ab", "note");

        assertThat(facts.fields()).hasSize(8);
        assertThat(facts.fieldsLeftOut()).isEqualTo(12);
        assertThat(facts.bodyBytes()).isEqualTo(7);
        assertThat(facts.bodySha256()).isEqualTo("ab");
        assertThat(facts.bodyNote()).isEqualTo("note");
    }

    @Test
    void namesAreThoseThatItWasMadeFor() {
        var own = new Redaction(Set.of("X-Mine"), Set.of("mine", "*ours"));

        assertThat(own.url("/?mine=1&all_Ours=2&token=3")).isEqualTo("/?mine=[redacted]&all_Ours=[redacted]&token=3");
        assertThat(facts(own, Map.of("x-mine", "1", "x-api-key", "2")).fields())
                .containsExactlyInAnyOrder(new Field("x-mine", "[redacted]"), new Field("x-api-key", "2"));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 20261123})
    void theCanaryIsNowhere(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 1000; i++) {
            String url = url(random);
            assertThat(redaction.url(url)).as(url).doesNotContain(CANARY);

            HttpHeaders headers = unvalidated();
            headers.add(
                    spelled(random, one(random, List.copyOf(SecretNames.FIELDS)).replace("*", "X-My-")),
                    secret(random));
            headers.add(spelled(random, "Cookie"), cookies(random));
            headers.add(spelled(random, "Set-Cookie"), "n=" + secret(random) + "; Path=/; " + cookies(random));
            headers.add(spelled(random, one(random, List.of("Referer", "Location", "Content-Location"))), url(random));
            headers.add(
                    one(random, List.of("Link", "Refresh", "X-Any")),
                    "<" + url(random).replace(' ', '+') + ">; rel=x");
            assertThat(facts(redaction, headers).toString())
                    .as(headers.toString())
                    .doesNotContain(CANARY);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 20261123})
    void nothingThatIsGivenMakesItFail(long seed) {
        var random = new Random(seed);
        String alphabet = "a:/@?#&;=%\"'[] ,\\\u0000\u00e9\ud83d25tokenkey";
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            for (int j = random.nextInt(40); j > 0; j--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            redaction.url(text.toString());
            for (String name : List.of("Cookie", "Set-Cookie", "Location", "Link")) {
                facts(name, text.toString());
            }
        }
    }

    private static String url(Random random) {
        var url = new StringBuilder(one(random, List.of("/p", "https://h/p", "//h/p", "", "HTTP://h:80")));
        if (random.nextInt(4) == 0) {
            url = new StringBuilder("https://user:" + CANARY + "@h/p");
        }
        if (random.nextInt(6) == 0) {
            url.append(";JSESSIONID=").append(CANARY);
        }
        char separator = random.nextBoolean() ? '?' : '#';
        for (int i = random.nextInt(6); i > 0; i--) {
            url.append(separator).append(parameter(random));
            separator = one(random, List.of('&', '&', ';', '#'));
        }
        return url.toString();
    }

    private static String parameter(Random random) {
        String name = one(random, List.copyOf(SecretNames.PARAMETERS)).replace("*", "my_");
        String spelled = spelled(random, name);
        return switch (random.nextInt(7)) {
            case 0 -> "plain=" + random.nextInt();
            case 1 -> "flag";
            case 2 -> spelled + "=";
            case 3 -> "a[" + encoded(random, spelled) + "]=" + secret(random);
            case 4 -> "to=" + all("https://x/?a=b&" + spelled + "=" + CANARY);
            default -> encoded(random, spelled) + "=" + secret(random);
        };
    }

    private static String secret(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> "x".repeat(random.nextInt(6000)) + CANARY;
            case 1 -> "a=" + CANARY;
            case 2 -> "a;" + CANARY;
            case 3 -> "a%26" + CANARY + "/?" + CANARY;
            default -> CANARY;
        };
    }

    private static String cookies(Random random) {
        return one(
                random,
                List.of(
                        "a=" + CANARY,
                        "a=b; c=" + CANARY,
                        "a=\"x;" + CANARY + "\"; b=2",
                        "a=\"x;" + CANARY,
                        CANARY,
                        "=" + CANARY,
                        "a=" + CANARY + ", b=" + CANARY,
                        "a=" + CANARY + "=" + CANARY,
                        "a=1;;" + CANARY + ";"));
    }

    private static String spelled(Random random, String name) {
        var spelled = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            spelled.append(random.nextBoolean() ? Character.toUpperCase(c) : Character.toLowerCase(c));
        }
        return spelled.toString();
    }

    private static String encoded(Random random, String name) {
        var encoded = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            encoded.append(random.nextInt(4) == 0 ? all(String.valueOf(c)) : String.valueOf(c));
        }
        return encoded.toString();
    }

    private static String all(String text) {
        var encoded = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = Character.isLetterOrDigit(c) && text.length() > 1;
            encoded.append(plain ? String.valueOf(c) : "%%%02x".formatted((int) c));
        }
        return encoded.toString();
    }

    private static <T> T one(Random random, List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
