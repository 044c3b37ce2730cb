package io.weir.launcher.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The configuration file as JSON Schema 2020-12 describes it, for editors. Any thread. */
public final class SchemaDocument {
    private static final String PROPERTIES = "properties";

    private SchemaDocument() {}

    /** The document, as maps, lists, texts and numbers. */
    public static Map<String, Object> of(KeyTable table) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        root.put("title", "Weir's configuration");
        fill(root);
        for (Key<?> key : table.all()) {
            Map<String, Object> group = root;
            for (String part :
                    key.group().isEmpty() ? new String[0] : key.group().split("\\.", -1)) {
                group = inner(group, part);
            }
            properties(group).put(key.name(), describe(key));
        }
        return root;
    }

    private static Map<String, Object> describe(Key<?> key) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put(
                "description",
                key.effect() + " A change takes: " + key.applied().text() + ".");
        if (key.isList()) {
            described.put("type", List.of("array", "string"));
            described.put("items", key.type().schema());
            described.put("default", key.defaults());
        } else {
            described.putAll(key.type().schema());
            described.put("default", typed(key));
        }
        return described;
    }

    private static Object typed(Key<?> key) {
        String text = key.defaults().get(0);
        Object type = key.type().schema().get("type");
        if ("boolean".equals(type)) {
            return Boolean.valueOf(text);
        }
        return "integer".equals(type) ? (Object) Long.valueOf(text) : text;
    }

    private static void fill(Map<String, Object> group) {
        group.put("type", "object");
        group.put("additionalProperties", false);
        group.put(PROPERTIES, new LinkedHashMap<String, Object>());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> properties(Map<String, Object> group) {
        return (Map<String, Object>) group.getOrDefault(PROPERTIES, Map.of());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> inner(Map<String, Object> group, String name) {
        return (Map<String, Object>) properties(group).computeIfAbsent(name, ignored -> {
            Map<String, Object> made = new LinkedHashMap<>();
            fill(made);
            return made;
        });
    }
}
