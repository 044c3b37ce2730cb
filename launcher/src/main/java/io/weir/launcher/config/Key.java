package io.weir.launcher.config;

import java.util.ArrayList;
import java.util.List;

/**
 * One row of the table: a key, what it may be, and what it does. Immutable.
 *
 * @param <T> what its value is read into
 * @param path its name, behind those of its groups, such as {@code timeouts.connect}
 * @param type of its value, or of each one if it is a list
 * @param isList whether it has any number of values
 * @param defaults the texts of the default; one unless it is a list
 * @param applied when a change takes effect
 * @param option that sets it on the command line; empty if there is none
 * @param label what the option's value is called
 * @param anyText what the option means without a value; empty if it must have one
 * @param isSecret whether its value is never shown
 * @param effect what it does, for people: one sentence or two
 */
public record Key<T>(
        String path,
        ValueType<?> type,
        boolean isList,
        List<String> defaults,
        Applied applied,
        String option,
        String label,
        String anyText,
        boolean isSecret,
        String effect) {
    static <E> Key<E> one(String path, ValueType<E> type, String defaultText, Applied applied, String effect) {
        return new Key<>(path, type, false, List.of(defaultText), applied, "", "", "", false, effect);
    }

    static <E> Key<List<E>> list(String path, ValueType<E> type, Applied applied, String effect, String... defaults) {
        return new Key<>(path, type, true, List.of(defaults), applied, "", "", "", false, effect);
    }

    /** Set by this option of the command line, too. */
    Key<T> option(String name, String valueLabel) {
        return new Key<>(path, type, isList, defaults, applied, name, valueLabel, anyText, isSecret, effect);
    }

    /** The option without a value means this one. */
    Key<T> alone(String text) {
        return new Key<>(path, type, isList, defaults, applied, option, label, text, isSecret, effect);
    }

    /** Never shown. */
    Key<T> secret() {
        return new Key<>(path, type, isList, defaults, applied, option, label, anyText, true, effect);
    }

    /** The name in its group. */
    public String name() {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    /** The group that it is in, such as {@code timeouts}; empty if it is in none. */
    public String group() {
        int dot = path.lastIndexOf('.');
        return dot < 0 ? "" : path.substring(0, dot);
    }

    /** The value of texts of its own, which must be right. */
    @SuppressWarnings("unchecked")
    Value<T> value(List<String> texts) {
        try {
            List<Object> values = new ArrayList<>();
            List<String> written = new ArrayList<>();
            ValueType<Object> each = (ValueType<Object>) type;
            for (String text : texts) {
                Object value = each.read(text);
                values.add(value);
                written.add(each.writer().apply(value));
            }
            return new Value<>((T) (isList ? List.copyOf(values) : values.get(0)), written);
        } catch (ValueType.BadValue e) {
            throw new IllegalStateException(path + ": " + e.getMessage(), e);
        }
    }

    /**
     * A value, and the texts that stand for it.
     *
     * @param texts canonical: another way to write the same value has the same
     */
    record Value<T>(T value, List<String> texts) {
        Value {
            texts = List.copyOf(texts);
        }
    }
}
