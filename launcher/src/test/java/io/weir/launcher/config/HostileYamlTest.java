package io.weir.launcher.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are no configuration are refused with a word, in little time and memory, and make no object of theirs. */
@Timeout(30)
class HostileYamlTest {
    private static String faults(byte[] file) {
        return ConfigReader.read(file, Map.of()).faults().stream()
                .map(Fault::toString)
                .collect(Collectors.joining("\n"));
    }

    private static String faults(String file) {
        return faults(file.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aBillionLaughsAreNoneBecauseThereAreNoAliases() {
        var laughs = new StringBuilder("a: &a [lol,lol,lol,lol,lol,lol,lol,lol,lol]\n");
        for (char c = 'b'; c <= 'i'; c++) {
            String before = "*" + (char) (c - 1);
            laughs.append(c)
                    .append(": &")
                    .append(c)
                    .append(" [")
                    .append((before + ",").repeat(9))
                    .append("]\n");
        }

        assertThat(faults(laughs.toString())).contains("1:4 anchors are not taken");
        assertThat(faults("log: {level: *x}")).contains("aliases are not taken");
    }

    @Test
    void tenMegabytesAreRefusedUnread() {
        assertThat(faults(new byte[10 << 20])).isEqualTo("longer than 256 KiB");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{", "- ", "? ", "a: {b: ", "a: [", "{a: ", "'", "\"", "|\n", "&a ", "!!x "})
    void deepNestingAndEndlessBeginningsAreRefused(String opening) {
        assertThat(faults(opening.repeat((200 << 10) / opening.length()))).isNotEmpty();
        assertThat(faults("log:\n  level: " + opening.repeat(50_000))).isNotEmpty();
    }

    @Test
    void deepIndentationIsRefused() {
        var deep = new StringBuilder();
        for (int i = 0; i < 600; i++) {
            deep.append(" ".repeat(i)).append("a:\n");
        }

        assertThat(faults(deep.toString())).contains("nested deeper than 6 levels");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "log: !!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[!!java.net.URL [\"http://x.example/\"]]]]",
                "log:\n  level: !!str info",
                "!!python/object/apply:os.system ['true']",
                "%TAG ! tag:x.example,2026:\n---\nlog: !level info"
            })
    void tagsAreRefused(String file) {
        assertThat(faults(file)).contains("tags are not taken");
    }

    @Test
    void whatIsNoTextIsRefused() {
        assertThat(faults(new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1})).isEqualTo("not UTF-8");
        assertThat(faults(new byte[] {'a', ':', ' ', 0, 7})).contains("not YAML");
        assertThat(faults("log: {level: \u001b[31minfo}")).contains("not YAML").doesNotContain("\u001b");
    }

    @Test
    void aSecondDocumentOrNoGroupIsRefused() {
        assertThat(faults("log: {level: info}\n---\nlog: {level: debug}\n")).contains("a second document");
        assertThat(faults("just words")).contains("keys are expected here");
        assertThat(faults("- a\n- b\n")).contains("keys are expected here");
        assertThat(faults("? [a, b]\n: c\n")).contains("a key is a word");
        assertThat(faults("# only a comment\n")).isEmpty();
        assertThat(faults("\uFEFFlog: {level: info}")).isEmpty();
    }

    @Test
    void faultsAreNotMoreThanAnybodyWouldRead() {
        var many = new StringBuilder();
        for (int i = 0; i < 5000; i++) {
            many.append("nonsense")
                    .append(i)
                    .append(": ")
                    .append("x".repeat(20))
                    .append('\n');
        }

        String faults = faults(many.toString());

        assertThat(faults.lines()).hasSize(101);
        assertThat(faults).contains("4900 more faults");
    }

    @Test
    void whateverTheBytesAreNothingIsThrown() {
        var random = new Random(20_261_126);
        byte[] good = YamlText.example().getBytes(StandardCharsets.UTF_8);
        long until = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        for (int round = 0; round < 1500 && System.nanoTime() < until; round++) {
            byte[] bytes = good.clone();
            for (int i = 0; i < 1 + random.nextInt(20); i++) {
                bytes[random.nextInt(bytes.length)] =
                        (byte) (random.nextBoolean() ? random.nextInt(128) : random.nextInt());
            }
            assertThat(ConfigReader.read(bytes, Map.of()).settings())
                    .as("round " + round)
                    .isNotNull();
        }
    }
}
