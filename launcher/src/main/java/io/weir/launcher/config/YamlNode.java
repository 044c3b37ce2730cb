package io.weir.launcher.config;

import java.util.List;
import java.util.Map;

/** What a YAML file says, with where it says so: texts, lists and groups, and nothing else that YAML could. Immutable. */
sealed interface YamlNode {
    /** Where it begins. */
    Place place();

    /**
     * A text, whatever it may mean.
     *
     * @param isNothing whether nothing stands there, or {@code null}, or {@code ~}
     */
    record Text(Place place, String text, boolean isNothing) implements YamlNode {}

    /** A list. */
    record Items(Place place, List<YamlNode> items) implements YamlNode {
        public Items {
            items = List.copyOf(items);
        }
    }

    /** Names with what they stand for, in the file's order. */
    record Group(Place place, Map<String, Entry> entries) implements YamlNode {}

    /** What a name stands for, and where the name stands. */
    record Entry(Place place, YamlNode value) {}
}
