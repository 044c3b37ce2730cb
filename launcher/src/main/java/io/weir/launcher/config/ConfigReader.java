package io.weir.launcher.config;

import io.weir.launcher.config.YamlNode.Entry;
import io.weir.launcher.config.YamlNode.Group;
import io.weir.launcher.config.YamlNode.Items;
import io.weir.launcher.config.YamlNode.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes settings of a file and of what the command line says, which comes first, and finds all that is wrong with them at once. One
 * configuration; one thread.
 */
public final class ConfigReader {
    private final KeyTable table;
    private final FaultList faults = new FaultList();
    private final Map<Key<?>, Key.Value<?>> values = new LinkedHashMap<>();
    private final Map<Key<?>, Place> places = new LinkedHashMap<>();
    private final Set<Key<?>> faulty = new LinkedHashSet<>();

    private ConfigReader(KeyTable table) {
        this.table = table;
    }

    /**
     * What came of it.
     *
     * @param settings with the default for what is faulty or not there
     * @param faults all of them
     */
    public record Outcome(Settings settings, List<Fault> faults) {
        /**
         * The settings.
         *
         * @param source for messages
         * @throws ConfigException if there are faults
         */
        public Settings orThrow(String source) {
            if (!faults.isEmpty()) {
                throw new ConfigException(source, faults);
            }
            return settings;
        }
    }

    /**
     * Reads Weir's configuration.
     *
     * @param file the file's bytes; none for no file
     * @param options by key, what the command line says
     */
    public static Outcome read(byte[] file, Map<Key<?>, List<String>> options) {
        var reader = new ConfigReader(Keys.TABLE);
        reader.readAll(file, options);
        Settings settings = reader.settings();
        new CrossChecks(settings, reader.faulty, reader::crossFault).check();
        return new Outcome(settings, reader.faults.toList());
    }

    /** Reads the configuration of any table; nothing is checked across keys. */
    static Outcome read(KeyTable table, byte[] file, Map<Key<?>, List<String>> options) {
        var reader = new ConfigReader(table);
        reader.readAll(file, options);
        return new Outcome(reader.settings(), reader.faults.toList());
    }

    /** What is wrong with the command line alone, its options by name. */
    public static List<Fault> optionFaults(Map<Key<?>, List<String>> options) {
        var reader = new ConfigReader(Keys.TABLE);
        options.forEach(reader::option);
        return reader.faults.toList();
    }

    private void readAll(byte[] file, Map<Key<?>, List<String>> options) {
        if (file.length > 0) {
            group(new YamlReader(faults).read(file), "");
        }
        options.forEach(this::option);
    }

    private Settings settings() {
        table.all().forEach(key -> values.putIfAbsent(key, key.value(key.defaults())));
        return new Settings(table, values);
    }

    private void crossFault(Key<?> key, String problem) {
        Key.Value<?> value = values.get(key);
        String found = key.isSecret() || value == null ? "" : String.join(",", value.texts());
        faults.add(key.path(), places.getOrDefault(key, Place.NONE), found, problem);
    }

    private void option(Key<?> key, List<String> texts) {
        places.put(key, Place.NONE);
        values.remove(key);
        faulty.remove(key);
        List<Text> nodes =
                texts.stream().map(text -> new Text(Place.NONE, text, false)).toList();
        values(key, key.option(), nodes);
    }

    private void group(Group group, String prefix) {
        group.entries().forEach((name, entry) -> {
            String path = prefix + name;
            Optional<Key<?>> key = table.find(path);
            if (key.isPresent()) {
                key(key.get(), entry.value());
            } else if (table.groups().contains(path) && !path.isEmpty()) {
                innerGroup(path, entry);
            } else {
                faults.add(Fault.shown(path), entry.place(), "", "there is no such key" + suggestion(name, prefix));
            }
        });
    }

    private void innerGroup(String path, Entry entry) {
        if (entry.value() instanceof Group inner) {
            group(inner, path + ".");
        } else if (!(entry.value() instanceof Text text && text.isNothing())) {
            List<String> names = names(path + ".");
            faults.add(
                    path,
                    entry.value().place(),
                    entry.value() instanceof Text text ? text.text() : "",
                    "keys are expected below it: " + String.join(", ", names));
        }
    }

    private List<String> names(String prefix) {
        Set<String> names = new LinkedHashSet<>();
        for (Key<?> key : table.all()) {
            if (key.path().startsWith(prefix)) {
                String rest = key.path().substring(prefix.length());
                int dot = rest.indexOf('.');
                names.add(dot < 0 ? rest : rest.substring(0, dot));
            }
        }
        return List.copyOf(names);
    }

    private String suggestion(String name, String prefix) {
        if (table.find(name).isPresent()) {
            String group = table.find(name).get().group();
            return "; it stands " + (group.isEmpty() ? "in no group" : "below " + group);
        }
        List<String> elsewhere = table.all().stream()
                .filter(key -> key.name().equals(name))
                .map(Key::path)
                .toList();
        if (!elsewhere.isEmpty()) {
            return "; did you mean " + String.join(" or ", elsewhere) + "?";
        }
        List<String> here = names(prefix);
        Optional<String> near = Suggestion.of(name, here);
        if (near.isPresent()) {
            return "; did you mean " + prefix + near.get() + "?";
        }
        Optional<String> anywhere =
                Suggestion.of(name, table.all().stream().map(Key::name).toList());
        return anywhere.map(word -> "; did you mean "
                        + table.all().stream()
                                .filter(key -> key.name().equals(word))
                                .map(Key::path)
                                .findFirst()
                                .orElse(word)
                        + "?")
                .orElse("; there are " + String.join(", ", here));
    }

    private void key(Key<?> key, YamlNode node) {
        places.put(key, node.place());
        if (node instanceof Group) {
            fault(
                    key,
                    key.path(),
                    node.place(),
                    "",
                    "a value is expected and no group of keys: " + key.type().form());
        } else if (node instanceof Items items) {
            items(key, items);
        } else {
            values(key, key.path(), List.of((Text) node));
        }
    }

    private void items(Key<?> key, Items items) {
        if (!key.isList()) {
            fault(
                    key,
                    key.path(),
                    items.place(),
                    "",
                    "one value is expected and no list: " + key.type().form());
            return;
        }
        List<Text> texts = new ArrayList<>();
        for (YamlNode item : items.items()) {
            if (item instanceof Text text) {
                texts.add(text);
            } else {
                fault(
                        key,
                        key.path(),
                        item.place(),
                        "",
                        "a list of values is expected: " + key.type().form());
            }
        }
        values(key, key.path(), texts);
    }

    /** @param name for faults */
    private void values(Key<?> key, String name, List<Text> texts) {
        List<String> right = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            Text text = texts.get(i);
            String place = key.isList() && texts.size() > 1 ? name + "[" + i + "]" : name;
            if (isRight(key, place, text)) {
                right.add(text.text());
            }
        }
        if (right.size() == texts.size() && !faulty.contains(key)) {
            values.put(key, key.value(right));
        }
    }

    private boolean isRight(Key<?> key, String name, Text text) {
        String found = key.isSecret() ? "" : text.text();
        if (text.isNothing()) {
            fault(
                    key,
                    name,
                    text.place(),
                    "",
                    "it has no value; leave it out for the default, or give it "
                            + key.type().form() + (key.isList() ? ", or [] for none" : ""));
            return false;
        }
        if (key.isSecret() && text.text().equals(Settings.NOT_SHOWN)) {
            fault(key, name, text.place(), "", "this stands for a secret that was not shown; give the secret itself");
            return false;
        }
        try {
            key.type().read(text.text());
            return true;
        } catch (ValueType.BadValue e) {
            String problem = key.isSecret() ? "expected " + key.type().form() : String.valueOf(e.getMessage());
            fault(key, name, text.place(), found, problem);
            return false;
        }
    }

    private void fault(Key<?> key, String name, Place place, String found, String problem) {
        faulty.add(key);
        faults.add(name, place, found, problem);
    }
}
