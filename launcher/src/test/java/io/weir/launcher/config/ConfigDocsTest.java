package io.weir.launcher.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table in {@code docs/configuration.md} is the table of keys. */
class ConfigDocsTest {
    private static final Path DOCUMENT = Path.of("../docs/configuration.md");

    @Test
    void theTableInTheDocumentIsThatOfTheKeys() throws Exception {
        List<String> rows = Files.readAllLines(DOCUMENT).stream()
                .filter(line -> line.matches("\\| `[a-z-]+(\\.[a-z-]+)?` \\|.*"))
                .toList();

        assertThat(rows).containsExactlyElementsOf(rows());
    }

    static List<String> rows() {
        return Keys.TABLE.all().stream().map(ConfigDocsTest::row).toList();
    }

    private static String row(Key<?> key) {
        String usual = key.isList() ? key.defaults().toString() : key.defaults().get(0);
        String option = key.option().isEmpty() ? "–" : "`" + key.option() + "`";
        String form = (key.isList() ? "list: " : "") + key.type().form();
        return "| `" + key.path() + "` | `" + usual + "` | " + key.applied().text() + " | " + option + " | "
                + key.effect() + " *" + form.replace("*", "\\*") + "* |";
    }

    /** Prints the table, for the document. */
    public static void main(String[] arguments) {
        System.out.println("| key | default | a change takes | option | |");
        System.out.println("| --- | --- | --- | --- | --- |");
        rows().forEach(System.out::println);
    }
}
