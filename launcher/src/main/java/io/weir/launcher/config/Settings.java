package io.weir.launcher.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A value for each key of a table. Immutable; each value is right by itself, {@link CrossChecks} sees to it that they go together.
 */
public final class Settings {
    /** Stands for a secret where values are shown. */
    public static final String NOT_SHOWN = "[not shown]";

    private final KeyTable table;
    private final Map<Key<?>, Key.Value<?>> values;

    Settings(KeyTable table, Map<Key<?>, Key.Value<?>> values) {
        this.table = table;
        this.values = Map.copyOf(values);
    }

    /**
     * One key that is not the same in two settings.
     *
     * @param before the texts of the value, in brackets if it is a list; secrets are not shown
     * @param after likewise
     */
    public record Difference(Key<?> key, String before, String after) {
        @Override
        public String toString() {
            return key.path() + " " + before + " -> " + after;
        }
    }

    /** The defaults. */
    static Settings defaults(KeyTable table) {
        Map<Key<?>, Key.Value<?>> values = new LinkedHashMap<>();
        table.all().forEach(key -> values.put(key, key.value(key.defaults())));
        return new Settings(table, values);
    }

    /** What a key has. */
    @SuppressWarnings("unchecked")
    public <T> T get(Key<T> key) {
        return (T) value(key).value();
    }

    private Key.Value<?> value(Key<?> key) {
        Key.Value<?> value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException(key.path() + " is not in this table");
        }
        return value;
    }

    /** The texts of a key's value, one unless it is a list; secrets, too. */
    List<String> texts(Key<?> key) {
        return value(key).texts();
    }

    /** A key's value as it may be shown. */
    String shown(Key<?> key) {
        List<String> texts = texts(key);
        if (key.isSecret() && !texts.equals(key.defaults())) {
            return NOT_SHOWN;
        }
        return key.isList() ? texts.toString() : texts.get(0);
    }

    KeyTable table() {
        return table;
    }

    /** Whether a key has its default. */
    boolean isDefault(Key<?> key) {
        return texts(key).equals(key.value(key.defaults()).texts());
    }

    /** These, but those keys as they are in {@code others}. */
    Settings with(Predicate<Key<?>> which, Settings others) {
        Map<Key<?>, Key.Value<?>> merged = new LinkedHashMap<>(values);
        table.all().stream().filter(which).forEach(key -> merged.put(key, others.value(key)));
        return new Settings(table, merged);
    }

    /** What is another in {@code later}, in the table's order. */
    public List<Difference> differences(Settings later) {
        List<Difference> differences = new ArrayList<>();
        for (Key<?> key : table.all()) {
            if (!texts(key).equals(later.texts(key))) {
                differences.add(new Difference(key, shown(key), later.shown(key)));
            }
        }
        return differences;
    }

    /** What has not its default, in the table's order. */
    List<Difference> fromDefaults() {
        return defaults(table).differences(this);
    }

    /** SHA-256 of all keys and values, in hex. Other ways to write the same value have the same. */
    public String digest() {
        var canonical = new StringBuilder();
        for (Key<?> key : table.all()) {
            canonical.append(key.path()).append('=').append(texts(key).size());
            texts(key).forEach(text -> canonical.append('\0').append(text));
            canonical.append('\n');
        }
        return sha256(canonical.toString().getBytes(StandardCharsets.UTF_8));
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Groups with their keys and values, for JSON: maps, lists, texts, numbers and booleans. Secrets are not shown. */
    public Map<String, Object> tree() {
        Map<String, Object> root = new LinkedHashMap<>();
        for (Key<?> key : table.all()) {
            Map<String, Object> group = root;
            for (String part :
                    key.group().isEmpty() ? new String[0] : key.group().split("\\.", -1)) {
                group = groupIn(group, part);
            }
            group.put(key.name(), json(key));
        }
        return root;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> groupIn(Map<String, Object> outer, String name) {
        return (Map<String, Object>) outer.computeIfAbsent(name, ignored -> new LinkedHashMap<String, Object>());
    }

    private Object json(Key<?> key) {
        if (key.isSecret() && !isDefault(key)) {
            return NOT_SHOWN;
        }
        if (key.isList()) {
            return texts(key);
        }
        String text = texts(key).get(0);
        Object value = get(key);
        if (value instanceof Boolean) {
            return value;
        }
        return text.matches("\\d{1,18}") ? (Object) Long.parseLong(text) : text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Settings that && differencesBeside(that);
    }

    private boolean differencesBeside(Settings that) {
        return table.equals(that.table)
                && table.all().stream().allMatch(key -> texts(key).equals(that.texts(key)));
    }

    @Override
    public int hashCode() {
        return digest().hashCode();
    }
}
