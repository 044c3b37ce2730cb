package io.weir.launcher.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The table in {@code docs/configuration.md} is the table of keys. */
class ConfigDocsTest {
    private static final Path DOCUMENT = Path.of("../docs/configuration.md");

    /** Why a change of a key, or of all keys of a group, has to wait for the next start. */
    private static final Map<String, String> WHY_RESTART = Map.ofEntries(
            Map.entry("data", "it is locked for the process's life"),
            Map.entry("proxy.name-servers", "resolvers are made then"),
            Map.entry("proxy.event-loops", "threads are made then"),
            Map.entry("proxy.transport", "threads are made then"),
            Map.entry("proxy.relay-buffer", "buffers are made then"),
            Map.entry("proxy.node-name", "other nodes tell loops by it"),
            Map.entry("intercept.trust", "verdicts about origins are kept by it"),
            Map.entry("intercept.redact", "what is a secret holds for a whole boot"),
            Map.entry("intercept.bypass-time", "what is passed on is remembered by it"),
            Map.entry("capture", "the store of bodies is opened then"),
            Map.entry("gateway.listen", "dashboards and scrapers stay where they are"),
            Map.entry("gateway.allow-plain", "it goes with gateway.listen"),
            Map.entry("journal", "the ledger is opened then"),
            Map.entry("log", "it is opened then"),
            Map.entry("access-log", "it is opened then"));

    @Test
    void theTableInTheDocumentIsThatOfTheKeys() throws Exception {
        List<String> rows = Files.readAllLines(DOCUMENT).stream()
                .filter(line -> line.matches("\\| `[a-z-]+(\\.[a-z-]+)?` \\|.*"))
                .toList();

        assertThat(rows).containsExactlyElementsOf(rows());
    }

    @Test
    void whatTakesARestartSaysWhyAndNothingElseDoes() {
        for (Key<?> key : Keys.TABLE.all()) {
            boolean saysWhy = WHY_RESTART.containsKey(key.path());
            if (key.applied() == Applied.RESTART) {
                assertThat(saysWhy || WHY_RESTART.containsKey(key.group()))
                        .as(key.path())
                        .isTrue();
            } else {
                assertThat(saysWhy).as(key.path()).isFalse();
            }
        }
    }

    private static String takes(Key<?> key) {
        String why = WHY_RESTART.getOrDefault(key.path(), WHY_RESTART.getOrDefault(key.group(), ""));
        return key.applied() == Applied.RESTART
                ? key.applied().text() + ": " + why
                : key.applied().text();
    }

    static List<String> rows() {
        return Keys.TABLE.all().stream().map(ConfigDocsTest::row).toList();
    }

    private static String row(Key<?> key) {
        String usual = key.isList() ? key.defaults().toString() : key.defaults().get(0);
        String option = key.option().isEmpty() ? "–" : "`" + key.option() + "`";
        String form = (key.isList() ? "list: " : "") + key.type().form();
        return "| `" + key.path() + "` | `" + usual + "` | " + takes(key) + " | " + option + " | " + key.effect() + " *"
                + form.replace("*", "\\*") + "* |";
    }

    /** Prints the table, for the document. */
    public static void main(String[] arguments) {
        System.out.println("| key | default | a change takes | option | |");
        System.out.println("| --- | --- | --- | --- | --- |");
        rows().forEach(System.out::println);
    }
}
