package io.weir.proxyengine.rules;

import io.weir.proxyengine.access.FileStamp;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules that are in force, and who looks whether their files have others. One a node; any thread may ask for them, which is one volatile read.
 *
 * <p>The thread {@code weir-rules} looks at the files every second, and reads them again when one has changed, the rules or a list. What it has read is in force when
 * whoever is told of it has {@linkplain #replace put it in force}, and not before. Rules that have faults change nothing. So that nobody finds half a file, replace it by
 * a rename.
 */
public final class LiveRules implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LiveRules.class);
    private static final long LOOK_MILLIS = 1000;

    private final ScheduledThreadPoolExecutor thread;
    private final AtomicReference<State> state;
    private volatile @Nullable Consumer<Ready> listener;

    /**
     * What is in force.
     *
     * @param looked how the files were found that were read last, with faults or not
     */
    private record State(RuleSource source, Abilities abilities, Rules rules, Map<Path, FileStamp> looked) {
        State lookedAt(Map<Path, FileStamp> files) {
            return new State(source, abilities, rules, files);
        }
    }

    private LiveRules(State first) {
        state = new AtomicReference<>(first);
        thread = new ScheduledThreadPoolExecutor(1, work -> {
            var worker = new Thread(work, "weir-rules");
            worker.setDaemon(true);
            return worker;
        });
    }

    /**
     * Reads the rules. Looks for changes as soon as there is somebody to be told: {@link #onChange}.
     *
     * @throws RulesException if they cannot be used, naming all faults
     */
    public static LiveRules open(RuleSource source, Abilities abilities) {
        Map<Path, FileStamp> looked = new LinkedHashMap<>();
        Rules first = read(source, abilities, null, looked);
        var live = new LiveRules(new State(source, abilities, first, looked));
        live.thread.scheduleWithFixedDelay(live::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return live;
    }

    /**
     * Reads rules once.
     *
     * @throws RulesException if they cannot be used, naming all faults
     */
    public static Rules read(RuleSource source, Abilities abilities) {
        return read(source, abilities, null, new LinkedHashMap<>());
    }

    /**
     * Reads rules without the lists that they name, of which only is looked whether they are there.
     *
     * @throws RulesException if they cannot be used
     */
    public static void check(RuleSource source, Abilities abilities) {
        List<Fault> faults = new ArrayList<>();
        RuleSet set = source.read(faults);
        RuleCompiler.compile(set, ListStore.looking(source.folder()), abilities, null, faults);
        if (!faults.isEmpty()) {
            throw new RulesException(source.shown(), faults);
        }
    }

    private static Rules read(
            RuleSource source, Abilities abilities, @Nullable Rules before, Map<Path, FileStamp> looked) {
        if (source instanceof RuleSource.OfFile of) {
            looked.put(
                    of.file(), FileStamp.of(of.file())); // before it is read: a change meanwhile shows at the next look
        }
        List<Fault> faults = new ArrayList<>();
        RuleSet set = source.read(faults);
        ListStore lists = ListStore.of(source.folder(), before == null ? null : before.store());
        Rules compiled;
        try {
            compiled = RuleCompiler.compile(set, lists, abilities, before, faults);
        } finally {
            looked.putAll(lists.looked());
        }
        if (!faults.isEmpty()) {
            faults.sort((a, b) -> Integer.compare(a.line(), b.line()));
            throw new RulesException(source.shown(), faults);
        }
        return compiled;
    }

    /**
     * Other rules, ready to be put in force. Immutable.
     *
     * @param looked how the files were found that they were read from
     * @param before those that were in force when they were read
     */
    public record Ready(
            RuleSource source, Abilities abilities, Rules rules, Map<Path, FileStamp> looked, Rules before) {}

    /**
     * Reads rules from somewhere else, or for a proxy that can do other things; takes over lists that have not changed. Nothing is in force by that.
     *
     * @throws RulesException if they cannot be used, naming all faults
     */
    public Ready prepare(RuleSource next, Abilities able) {
        return prepare(next, able, current(), new LinkedHashMap<>());
    }

    private static Ready prepare(RuleSource next, Abilities able, Rules before, Map<Path, FileStamp> files) {
        return new Ready(next, able, read(next, able, before, files), files, before);
    }

    /** Whether others are in force now than when these were read, so that they may be older than those. */
    public boolean isStale(Ready ready) {
        return !ready.before().equals(current());
    }

    /** Goes by these from now on. Nobody is told. Never waits. */
    public void replace(Ready ready) {
        state.set(new State(ready.source(), ready.abilities(), ready.rules(), ready.looked()));
    }

    private State now() {
        return Objects.requireNonNull(state.get());
    }

    /**
     * Looks for changes from now on.
     *
     * @param told hears of other rules, on the thread {@code weir-rules}, and again each second until they are in force
     */
    public void onChange(Consumer<Ready> told) {
        listener = told;
    }

    /** Rules that are read from now on may ask for these. */
    public void abilities(Abilities others) {
        state.updateAndGet(now -> new State(now.source(), others, now.rules(), now.looked()));
    }

    /** The rules as they are now. */
    public Rules current() {
        return now().rules();
    }

    /** Reads the files again if one has changed. */
    void look() {
        try {
            State now = now();
            Consumer<Ready> told = listener;
            Ready ready = told != null && hasChanged(now) ? readAgain(now) : null;
            if (ready != null && told != null) {
                told.accept(ready); // holding nothing: it may have to wait for who replaces them
            }
        } catch (RuntimeException | Error e) { // would end the looks
            log.error("the rules could not be looked at", e);
        }
    }

    private static boolean hasChanged(State now) {
        boolean changed = false;
        for (Map.Entry<Path, FileStamp> each : now.looked().entrySet()) {
            changed |= !FileStamp.of(each.getKey()).equals(each.getValue());
        }
        return changed;
    }

    /** Others that can be put in force; null if there are none, and then they are not read again until the files change. */
    private @Nullable Ready readAgain(State now) {
        Map<Path, FileStamp> files = new LinkedHashMap<>();
        try {
            Ready ready = prepare(now.source(), now.abilities(), now.rules(), files);
            Rules next = ready.rules();
            log.info(
                    "rules were read again rules={} lists={} names={} networks={} ignoredLines={}",
                    next.size(),
                    next.lists(),
                    next.names(),
                    next.networks(),
                    next.ignored());
            if (!next.digest().equals(now.rules().digest())) {
                return ready;
            }
        } catch (RulesException e) {
            log.warn("rules stay as they were: {}", e.getMessage());
        }
        state.compareAndSet(now, now.lookedAt(files)); // unless others are in force meanwhile
        return null;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
