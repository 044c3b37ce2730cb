package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A text in the format of Prometheus 0.0.4, read more strictly than Prometheus does: each family has its HELP, then its TYPE,
 * then its samples, all together and once; names and labels are well-formed; no series comes twice.
 */
final class Exposition {
    private static final Pattern HELP = Pattern.compile("# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
    private static final Pattern TYPE =
            Pattern.compile("# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|summary|histogram)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\"(?:,|$)");

    private final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, Double> series = new LinkedHashMap<>();
    private String helped = "";
    private String family = "";

    private Exposition() {}

    static Exposition parse(String text) {
        assertThat(text).endsWith("\n").doesNotContain("\r");
        Exposition parsed = new Exposition();
        text.lines().forEach(parsed::line);
        parsed.types
                .keySet()
                .forEach(each -> assertThat(parsed.series.keySet())
                        .as("samples of %s", each)
                        .anyMatch(name -> name.startsWith(each)));
        return parsed;
    }

    /** Families and their types. */
    Map<String, String> types() {
        return types;
    }

    /** Names with labels in the order of the alphabet, such as {@code a{b="c",d="e"}}. */
    Set<String> series() {
        return new LinkedHashSet<>(series.keySet());
    }

    double value(String name) {
        return Objects.requireNonNull(series.get(name), name);
    }

    private void line(String line) {
        Matcher help = HELP.matcher(line);
        Matcher type = TYPE.matcher(line);
        Matcher sample = SAMPLE.matcher(line);
        if (help.matches()) {
            helped = help.group(1);
        } else if (type.matches()) {
            family = type.group(1);
            assertThat(family).as("the family of HELP").isEqualTo(helped);
            assertThat(types.put(family, type.group(2)))
                    .as("earlier type of %s", family)
                    .isNull();
        } else {
            assertThat(line).matches(SAMPLE);
            assertThat(sample.matches()).isTrue();
            assertThat(suffixes(types.getOrDefault(family, "")).map(suffix -> family + suffix))
                    .as("names that %s may have", family)
                    .contains(sample.group(1));
            String name = sample.group(1) + labels(sample.group(2));
            assertThat(series.put(name, number(sample.group(3))))
                    .as("earlier value of %s", name)
                    .isNull();
        }
    }

    private static Stream<String> suffixes(String type) {
        return switch (type) {
            case "summary" -> Stream.of("", "_sum", "_count");
            case "histogram" -> Stream.of("_bucket", "_sum", "_count");
            default -> Stream.of("");
        };
    }

    private static String labels(@Nullable String text) {
        if (text == null) {
            return "";
        }
        Map<String, String> labels = new TreeMap<>();
        Matcher label = LABEL.matcher(text);
        int end = 0;
        while (end < text.length()) {
            assertThat(label.find(end) && label.start() == end)
                    .as("a label at %s of %s", end, text)
                    .isTrue();
            assertThat(labels.put(label.group(1), label.group(2)))
                    .as("earlier label of that name in %s", text)
                    .isNull();
            end = label.end();
        }
        StringBuilder sorted = new StringBuilder();
        labels.forEach((name, value) -> sorted.append(sorted.isEmpty() ? "{" : ",")
                .append(name)
                .append("=\"")
                .append(value)
                .append('"'));
        return sorted + "}";
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }
}
