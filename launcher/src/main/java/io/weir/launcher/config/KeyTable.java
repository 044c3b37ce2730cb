package io.weir.launcher.config;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All keys of a configuration, in the order in which they are shown. Immutable. */
public final class KeyTable {
    private final Map<String, Key<?>> keys = new LinkedHashMap<>();
    private final Set<String> groups = new LinkedHashSet<>();

    KeyTable(List<Key<?>> all) {
        for (Key<?> key : all) {
            if (keys.put(key.path(), key) != null) {
                throw new IllegalArgumentException("two keys are called " + key.path());
            }
            groups.add(key.group());
        }
    }

    /** In the table's order. */
    public List<Key<?>> all() {
        return List.copyOf(keys.values());
    }

    /** The key of that path. */
    public Optional<Key<?>> find(String path) {
        return Optional.ofNullable(keys.get(path));
    }

    /** The groups, the one without a name first if it has keys. */
    Set<String> groups() {
        return groups;
    }

    /** The key that this option sets. */
    public Optional<Key<?>> ofOption(String option) {
        return keys.values().stream()
                .filter(key -> !option.isEmpty() && key.option().equals(option))
                .findFirst();
    }
}
