package io.weir.launcher.config;

import io.weir.launcher.config.YamlNode.Entry;
import io.weir.launcher.config.YamlNode.Group;
import io.weir.launcher.config.YamlNode.Items;
import io.weir.launcher.config.YamlNode.Text;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.StreamEndEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads YAML 1.2 (so JSON too) from an untrusted file into {@link YamlNode}s. One thread.
 *
 * <p>It takes the parser's events and makes no objects of any type that a file names: anchors, aliases and tags are faults, nesting and
 * length are limited, so memory is bounded by the file's length. Text must be UTF-8.
 */
final class YamlReader {
    /** A longer file is refused before it is parsed. */
    static final int MAX_BYTES = 256 << 10;

    private static final int MAX_DEPTH = 6;
    private static final Set<String> NOTHING = Set.of("", "~", "null", "Null", "NULL");

    /** What makes going on pointless. */
    private static final class Broken extends Exception {
        private static final long serialVersionUID = 1;

        private final transient Place place;

        Broken(Place place, String message) {
            super(message, null, false, false);
            this.place = place;
        }
    }

    private final FaultList faults;

    YamlReader(FaultList faults) {
        this.faults = faults;
    }

    /** The groups and values of a file; what could be read of it if it has faults. An empty file is an empty group. */
    Group read(byte[] bytes) {
        var empty = new Group(new Place(1, 1), Map.of());
        try {
            Iterator<Event> events = events(text(bytes));
            YamlNode root = null;
            while (events.hasNext()) {
                Event event = events.next();
                if (event instanceof NodeEvent node) {
                    if (root != null) {
                        throw new Broken(place(event), "a second document begins here; a configuration is one");
                    }
                    root = node(node, events, 0);
                } else if (event instanceof StreamEndEvent) {
                    break;
                }
            }
            return asGroup(root, empty);
        } catch (Broken e) {
            faults.add("", e.place, "", String.valueOf(e.getMessage()));
        } catch (MarkedYamlEngineException e) {
            faults.add("", e.getProblemMark().map(YamlReader::place).orElse(Place.NONE), "", "not YAML: " + said(e));
        } catch (YamlEngineException e) {
            faults.add("", Place.NONE, "", "not YAML: " + Fault.shown(String.valueOf(e.getMessage())));
        }
        return empty;
    }

    private Group asGroup(@org.jspecify.annotations.Nullable YamlNode root, Group empty) {
        if (root instanceof Group group) {
            return group;
        }
        if (root != null && !(root instanceof Text text && text.isNothing())) {
            faults.add("", root.place(), "", "keys are expected here, such as 'data: ./data'");
        }
        return empty;
    }

    private static String text(byte[] bytes) throws Broken {
        if (bytes.length > MAX_BYTES) {
            throw new Broken(Place.NONE, "longer than " + (MAX_BYTES >> 10) + " KiB");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new Broken(Place.NONE, "not UTF-8");
        }
    }

    private static Iterator<Event> events(String text) {
        LoadSettings settings = LoadSettings.builder()
                .setUseMarks(true)
                .setParseComments(false)
                .setCodePointLimit(MAX_BYTES)
                .build();
        return new Parse(settings).parseString(text).iterator();
    }

    private YamlNode node(NodeEvent event, Iterator<Event> events, int depth) throws Broken {
        Place place = place(event);
        if (event instanceof AliasEvent) {
            throw new Broken(place, "aliases are not taken; write the value out");
        }
        Optional<Anchor> anchor = event.getAnchor();
        if (anchor.isPresent()) {
            throw new Broken(place, "anchors are not taken; write the value out where it is needed");
        }
        if (tag(event).isPresent()) {
            throw new Broken(
                    place, "tags are not taken: " + Fault.shown(tag(event).get()));
        }
        if (event instanceof ScalarEvent scalar) {
            return new Text(place, scalar.getValue(), scalar.isPlain() && NOTHING.contains(scalar.getValue()));
        }
        if (depth >= MAX_DEPTH) {
            throw new Broken(place, "nested deeper than " + MAX_DEPTH + " levels");
        }
        return event instanceof MappingStartEvent
                ? group(place, events, depth + 1)
                : new Items(place, items(events, depth + 1));
    }

    private List<YamlNode> items(Iterator<Event> events, int depth) throws Broken {
        List<YamlNode> items = new ArrayList<>();
        Event event = events.next();
        while (!(event instanceof SequenceEndEvent)) {
            items.add(node((NodeEvent) event, events, depth));
            event = events.next();
        }
        return items;
    }

    private Group group(Place place, Iterator<Event> events, int depth) throws Broken {
        Map<String, Entry> entries = new LinkedHashMap<>();
        Event event = events.next();
        while (!(event instanceof MappingEndEvent)) {
            YamlNode name = node((NodeEvent) event, events, depth);
            YamlNode value = node((NodeEvent) events.next(), events, depth);
            if (!(name instanceof Text text)) {
                faults.add("", name.place(), "", "a key is a word, no list and no group");
            } else if (entries.putIfAbsent(text.text(), new Entry(name.place(), value)) != null) {
                Place first = entries.get(text.text()).place();
                faults.add(
                        Fault.shown(text.text()),
                        name.place(),
                        "",
                        "there is one already in line " + first.line() + "; a key stands once in its group");
            }
            event = events.next();
        }
        return new Group(place, entries);
    }

    private static Optional<String> tag(NodeEvent event) {
        if (event instanceof ScalarEvent scalar) {
            return scalar.getTag();
        }
        return event instanceof CollectionStartEvent collection ? collection.getTag() : Optional.empty();
    }

    private static String said(MarkedYamlEngineException e) {
        String context = e.getContext() == null ? "" : e.getContext() + ": ";
        return Fault.shown((context + e.getProblem()).toLowerCase(Locale.ROOT).strip());
    }

    private static Place place(Event event) {
        return event.getStartMark().map(YamlReader::place).orElse(Place.NONE);
    }

    private static Place place(Mark mark) {
        return new Place(mark.getLine() + 1, mark.getColumn() + 1);
    }
}
