package io.weir.proxyengine.rules;

import io.weir.proxyengine.access.FileStamp;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The lists of one state of the rules, each read once; those that have not changed are taken over from the state before. One thread. */
final class ListStore {
    private record Kept(FileStamp stamp, LoadedList list) {}

    private final Path folder;
    private final Function<Path, LoadedList> loader;
    private final Map<Path, Kept> before;
    private final Map<Path, Kept> lists = new LinkedHashMap<>();
    private final Map<Path, FileStamp> looked = new LinkedHashMap<>();

    private ListStore(Path folder, Map<Path, Kept> before, Function<Path, LoadedList> loader) {
        this.folder = folder;
        this.loader = loader;
        this.before = before;
    }

    /**
     * Makes one.
     *
     * @param folder where relative names are looked for
     * @param before that of the state before; null if there is none
     */
    static ListStore of(Path folder, @Nullable ListStore before) {
        return new ListStore(
                folder.toAbsolutePath().normalize(), before == null ? Map.of() : before.lists, ListFile::load);
    }

    /** One that only looks whether lists are there: they may be large, and are in memory already where they are used. */
    static ListStore looking(Path folder) {
        return new ListStore(folder.toAbsolutePath().normalize(), Map.of(), ListFile::look);
    }

    /**
     * The list of that name.
     *
     * @throws RulesException if it cannot be used
     */
    LoadedList list(String name) {
        Path file;
        try {
            file = folder.resolve(name).normalize();
        } catch (java.nio.file.InvalidPathException e) {
            throw new RulesException("list " + Fault.shown(name) + " has no name of a file", e);
        }
        Kept known = lists.get(file);
        if (known == null) {
            FileStamp stamp = FileStamp.of(file); // before it is read: a change meanwhile shows at the next look
            looked.put(file, stamp);
            Kept old = before.get(file);
            known = old != null && old.stamp.equals(stamp) ? old : new Kept(stamp, loader.apply(file));
            lists.put(file, known);
        }
        return known.list;
    }

    Collection<LoadedList> lists() {
        return lists.values().stream().map(Kept::list).toList();
    }

    /** Adds what the lists have to a digest, in the order in which they were asked for. */
    void addTo(MessageDigest digest) {
        lists.forEach((file, kept) ->
                digest.update((file + " " + kept.list.sha256() + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    /** Each list that was asked for, there or not, and how its file was found. */
    Map<Path, FileStamp> looked() {
        return looked;
    }
}
