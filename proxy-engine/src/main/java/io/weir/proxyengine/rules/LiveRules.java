package io.weir.proxyengine.rules;

import io.weir.proxyengine.access.FileStamp;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules as their files have them. One a node; any thread may ask for them, which is one volatile read.
 *
 * <p>The thread {@code weir-rules} looks at the files every second, and reads them again when one has changed, the rules or a list. Rules that have faults change
 * nothing. So that nobody finds half a file, replace it by a rename.
 */
public final class LiveRules implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LiveRules.class);
    private static final long LOOK_MILLIS = 1000;

    private RuleSource source; // guarded by this, as abilities
    private Abilities abilities;
    private final ScheduledThreadPoolExecutor thread;
    private volatile Rules rules;
    private volatile Runnable listener = () -> {};
    private Map<Path, FileStamp> looked; // of what was read last, with faults or not; guarded by this

    private LiveRules(RuleSource source, Abilities abilities, Rules rules, Map<Path, FileStamp> looked) {
        this.source = source;
        this.abilities = abilities;
        this.rules = rules;
        this.looked = looked;
        thread = new ScheduledThreadPoolExecutor(1, work -> {
            var worker = new Thread(work, "weir-rules");
            worker.setDaemon(true);
            return worker;
        });
    }

    /**
     * Reads the rules, and begins to look for changes.
     *
     * @throws RulesException if they cannot be used, naming all faults
     */
    public static LiveRules open(RuleSource source, Abilities abilities) {
        Map<Path, FileStamp> looked = new LinkedHashMap<>();
        Rules first = read(source, abilities, null, looked);
        var live = new LiveRules(source, abilities, first, looked);
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
     */
    public record Ready(RuleSource source, Abilities abilities, Rules rules, Map<Path, FileStamp> looked) {}

    /**
     * Reads rules from somewhere else, or for a proxy that can do other things; takes over lists that have not changed. Nothing is in force by that.
     *
     * @throws RulesException if they cannot be used, naming all faults
     */
    public Ready prepare(RuleSource next, Abilities able) {
        Map<Path, FileStamp> files = new LinkedHashMap<>();
        Rules read = read(next, able, rules, files);
        return new Ready(next, able, read, files);
    }

    /** Goes by these from now on. Nobody is told. */
    public synchronized void replace(Ready ready) {
        source = ready.source();
        abilities = ready.abilities();
        looked = ready.looked();
        rules = ready.rules();
    }

    /** Where they come from. */
    public synchronized RuleSource source() {
        return source;
    }

    /** Who is told, on the thread {@code weir-rules}, that there are others. */
    public void onChange(Runnable told) {
        listener = told;
    }

    /** Rules that are read from now on may ask for these. */
    public synchronized void abilities(Abilities others) {
        abilities = others;
    }

    /** The rules as they are now. */
    public Rules current() {
        return rules;
    }

    /** Reads the files again if one has changed. */
    void look() {
        try {
            if (hasChanged() && readAgain()) {
                listener.run(); // holding nothing: it may have to wait for who replaces them
            }
        } catch (RuntimeException | Error e) { // would end the looks
            log.error("the rules could not be looked at", e);
        }
    }

    private synchronized boolean hasChanged() {
        boolean changed = false;
        for (Map.Entry<Path, FileStamp> each : looked.entrySet()) {
            changed |= !FileStamp.of(each.getKey()).equals(each.getValue());
        }
        return changed;
    }

    private synchronized boolean readAgain() {
        Map<Path, FileStamp> now = new LinkedHashMap<>();
        try {
            Rules next = read(source, abilities, rules, now);
            rules = next;
            log.info(
                    "rules were read again rules={} lists={} names={} networks={} ignoredLines={}",
                    next.size(),
                    next.lists(),
                    next.names(),
                    next.networks(),
                    next.ignored());
            return true;
        } catch (RulesException e) {
            log.warn("rules stay as they were: {}", e.getMessage());
            return false;
        } finally {
            looked = now;
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
