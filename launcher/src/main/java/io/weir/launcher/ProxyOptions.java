package io.weir.launcher;

import io.weir.launcher.config.Key;
import io.weir.launcher.config.Keys;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Makes the options of {@code weir proxy} out of the table of keys, and tells which were given. Main thread. */
final class ProxyOptions {
    /** Options of which one holds several values. */
    private static final Set<String> SPLIT = Set.of("HOST-PATTERN", "NAME", "NETWORK");

    /** For tests of ours only. */
    private static final Set<String> HIDDEN = Set.of("--ring-slots");

    private ProxyOptions() {}

    static void addTo(CommandSpec command) {
        for (Key<?> key : Keys.TABLE.all()) {
            if (!key.option().isEmpty()) {
                command.addOption(option(key));
            }
        }
    }

    private static OptionSpec option(Key<?> key) {
        OptionSpec.Builder option = OptionSpec.builder(key.option())
                .description(key.effect() + (key.isList() ? " May be repeated." : ""))
                .hidden(HIDDEN.contains(key.option()));
        if (key.label().isEmpty()) {
            return option.type(boolean.class).build();
        }
        option.paramLabel(key.label());
        if (!key.anyText().isEmpty()) {
            option.arity("0..1").fallbackValue(key.anyText());
        } else {
            option.arity("1");
        }
        if (!key.isList()) {
            return option.type(String.class).defaultValue(key.defaults().get(0)).build();
        }
        if (SPLIT.contains(key.label())) {
            option.splitRegex(",");
        }
        if (!key.defaults().isEmpty()) {
            option.defaultValue(String.join(",", key.defaults()));
        }
        return option.type(List.class).auxiliaryTypes(String.class).build();
    }

    /** By key, what was given. */
    static Map<Key<?>, List<String>> given(ParseResult parsed) {
        Map<Key<?>, List<String>> given = new LinkedHashMap<>();
        for (Key<?> key : Keys.TABLE.all()) {
            if (!key.option().isEmpty() && parsed.hasMatchedOption(key.option())) {
                given.put(key, texts(parsed.matchedOption(key.option()).getValue()));
            }
        }
        return given;
    }

    private static List<String> texts(Object value) {
        return value instanceof List<?> texts
                ? texts.stream().map(String::valueOf).toList()
                : List.of(String.valueOf(value));
    }
}
