package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is remembered of the message before never shows in the next one. */
class FieldMemoryTest {
    private static final String[] NAMES = {"Host", "Cookie", "Accept", "X-Api-Key", "Referer"};
    private static final String[] VALUES = {"a", "b=c", "https://h/?token=1", "x".repeat(600), "y".repeat(3000)};

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void messagesAreRecordedAsIfEachWereTheFirst(long seed) {
        var random = new Random(seed);
        var memory = new FieldMemory();
        for (int i = 0; i < 500; i++) {
            HttpHeaders headers = headers(random);

            RecordedFields recorded = memory.of(Redaction.defaults(), headers);

            assertThat(recorded).isEqualTo(new FieldMemory().of(Redaction.defaults(), headers));
        }
    }

    private static HttpHeaders headers(Random random) {
        HttpHeaders headers = new DefaultHttpHeaders();
        int fields = random.nextInt(80);
        for (int i = 0; i < fields; i++) {
            String name = NAMES[random.nextInt(3) == 0 ? random.nextInt(NAMES.length) : i % NAMES.length];
            String value = VALUES[random.nextInt(4) == 0 ? random.nextInt(VALUES.length) : i % VALUES.length];
            headers.add(random.nextBoolean() ? name : AsciiString.of(name), value);
        }
        return headers;
    }
}
