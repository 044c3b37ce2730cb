package io.weir.launcher.config;

import java.util.List;
import java.util.regex.Pattern;

/** Writes settings as YAML. Any thread. */
public final class YamlText {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9./_-][A-Za-z0-9./_-]*");
    private static final Pattern AMBIGUOUS = Pattern.compile("-+|\\.|null|Null|NULL|[-.].*[^A-Za-z0-9/_.-].*|-.*");
    private static final int WIDTH = 100;

    private YamlText() {}

    /** All keys with their values, secrets not shown. */
    public static String of(Settings settings) {
        var out = new StringBuilder();
        write(settings, out, false);
        return out.toString();
    }

    /** All keys with their defaults, and what they are for. */
    public static String example() {
        var out = new StringBuilder();
        out.append(
                        "# Weir's configuration: every key with its default. What is left out has its default, and an option of\n")
                .append("# the command line comes before the file. 'weir config check' finds what is wrong in it.\n");
        write(Settings.defaults(Keys.TABLE), out, true);
        return out.toString();
    }

    private static void write(Settings settings, StringBuilder out, boolean isExplained) {
        String group = "";
        for (Key<?> key : settings.table().all()) {
            if (!key.group().equals(group)) {
                group = key.group();
                out.append(isExplained ? "\n" : "").append(group).append(":\n");
            }
            String indent = group.isEmpty() ? "" : "  ";
            if (isExplained) {
                explain(key, indent, out);
            }
            out.append(indent)
                    .append(key.name())
                    .append(": ")
                    .append(value(settings, key))
                    .append('\n');
        }
    }

    private static void explain(Key<?> key, String indent, StringBuilder out) {
        String option = key.option().isEmpty() ? "" : " Option: " + key.option() + ".";
        String text = key.effect() + " " + (key.isList() ? "A list, each " : "Value: ")
                + key.type().form() + ". A change takes: " + key.applied().text() + "." + option;
        var line = new StringBuilder(indent + "#");
        out.append('\n');
        for (String word : text.split(" ", -1)) {
            if (line.length() + word.length() > WIDTH) {
                out.append(line).append('\n');
                line.setLength(0);
                line.append(indent).append('#');
            }
            line.append(' ').append(word);
        }
        out.append(line).append('\n');
    }

    private static String value(Settings settings, Key<?> key) {
        if (key.isSecret() && !settings.isDefault(key)) {
            return quoted(Settings.NOT_SHOWN);
        }
        List<String> texts = settings.texts(key);
        if (!key.isList()) {
            return quoted(texts.get(0));
        }
        return texts.stream().map(YamlText::quoted).toList().toString();
    }

    /** A text as a scalar that means that text. */
    static String quoted(String text) {
        if (PLAIN.matcher(text).matches() && !AMBIGUOUS.matcher(text).matches()) {
            return text;
        }
        var out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c >= 0x7f) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
