package io.weir.launcher.config;

import io.weir.eventbus.LedgerEvent.CheckpointConfig;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.launcher.config.Settings.Difference;
import io.weir.wsgateway.ConfigControl;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node's configuration: which one is in force, which one the file says, and how one becomes the other. One a node; any thread
 * but event loops, since it reads and writes the file. One change at a time.
 *
 * <p>A change is taken whole or not at all: with a fault nothing changes. Of an accepted one, what can be applied at once is; the rest
 * waits for the next start and is listed as pending. Each accepted one is an event of the ledger.
 */
public final class ConfigKeeper implements ConfigControl {
    private static final Logger log = LoggerFactory.getLogger(ConfigKeeper.class);
    private static final int SUMMARY_CHARS = 2000;
    private static final int SHOWN_FAULTS = 20;

    /** Puts settings in force. Called by one thread at a time. */
    @FunctionalInterface
    public interface Node {
        /**
         * Reads what the settings name. Nothing is in force by that.
         *
         * @throws ConfigException if it can't be used, with faults if keys can be named
         */
        Ready prepare(Settings settings);

        /** Reads those files again that it looks at by itself, if they have changed. */
        default void refresh() {}
    }

    /** Settings with all that they name, which can be put in force. */
    public interface Ready {
        /** Of the rules; empty if there are none. */
        String rulesDigest();

        /** What of that has other files than what is in force, for people, rules aside. */
        default List<String> otherFiles() {
            return List.of();
        }

        /**
         * Goes by these from now on; cannot fail. Waits until they are in force, but not for ever.
         *
         * @param change for the ledger, before anything goes by it
         */
        void apply(ConfigChanged change);

        /** They are not put in force: gives back what is taken for them. */
        default void discard() {}
    }

    private final Configuration start;
    private final boolean isIntercepting;
    private String rulesDigest;
    private Settings accepted;
    private Settings inForce;
    private volatile long version;
    private @Nullable Node node;

    /**
     * A node begins with this configuration.
     *
     * @param last what was in force when it ended
     * @param rulesDigest of the rules; empty if there are none
     */
    public ConfigKeeper(Configuration start, CheckpointConfig last, String rulesDigest) {
        this.start = start;
        this.rulesDigest = rulesDigest;
        isIntercepting = !start.settings().get(InterceptKeys.HOSTS).isEmpty();
        accepted = start.settings();
        inForce = start.settings();
        boolean isSame = last.digest().equals(digest(inForce, rulesDigest));
        version = last.version() + (isSame ? 0 : 1);
        if (!isSame) {
            started = new ConfigChanged(
                    version,
                    digest(inForce, rulesDigest),
                    summary("start", "besides the defaults", inForce.fromDefaults(), List.of()));
        }
    }

    private @Nullable ConfigChanged started;

    /** What the ledger must hear of the start; nothing if the configuration is the one of before. */
    public Optional<ConfigChanged> started() {
        return Optional.ofNullable(started);
    }

    /** Of all that decides: the settings, and the rules if there are any. */
    private static String digest(Settings settings, String rules) {
        return rules.isEmpty()
                ? settings.digest()
                : Settings.sha256((settings.digest() + rules).getBytes(StandardCharsets.US_ASCII));
    }

    /** Changes are taken from now on. */
    public synchronized void serve(Node applying) {
        node = applying;
    }

    /** No change is taken any more. */
    public synchronized void stop() {
        node = null;
    }

    /** The number of the configuration in force. Any thread. */
    public long version() {
        return version;
    }

    ConfigFile file() {
        return start.file();
    }

    /**
     * Reads the file again, and the files that it names. What is wrong with it is logged, and nothing changes then.
     *
     * @param by what made us do so, such as {@code sighup}
     */
    public synchronized void reload(String by) {
        try {
            ConfigReader.Outcome outcome = read(file().read());
            if (outcome.faults().isEmpty()) {
                Change change = prepare(outcome.settings(), by);
                if (change != null) {
                    change.run();
                }
            } else {
                logFaults(by, outcome.faults());
            }
        } catch (ConfigException e) {
            if (e.faults().isEmpty()) {
                log.error(
                        "configuration not reloaded, the old one is in force by={} reason=\"{}\"", by, e.getMessage());
            } else {
                logFaults(by, e.faults());
            }
        }
    }

    /** What is to be done to go by other settings. */
    private record Change(Ready ready, Runnable acceptance) {
        void run() {
            acceptance.run();
        }
    }

    /** Reads files again that are named by what is in force, and are looked at from time to time anyway. */
    public synchronized void refresh() {
        Node applying = node;
        if (applying != null) {
            applying.refresh();
        }
    }

    private ConfigReader.Outcome read(byte[] bytes) {
        return Configuration.read(file(), bytes, start.options());
    }

    private void logFaults(String by, List<Fault> faults) {
        log.error(
                "configuration not reloaded, the old one is in force by={} file={} faults={}",
                by,
                file(),
                faults.size());
        faults.stream()
                .limit(SHOWN_FAULTS)
                .forEach(fault -> log.error("configuration fault file={} {}", file(), fault));
    }

    @Override
    public synchronized State state() {
        return state(file().read());
    }

    private State state(byte[] bytes) {
        List<String> pending = inForce.differences(accepted).stream()
                .map(each -> each.key().path())
                .toList();
        return new State(
                version, digest(inForce, rulesDigest), file().toString(), tag(bytes), pending, accepted.tree());
    }

    /** Of the file as it is and of the settings that were accepted: another of either, another tag. */
    private String tag(byte[] bytes) {
        String both = Settings.sha256(bytes) + accepted.digest() + version;
        return "\"" + Settings.sha256(both.getBytes(StandardCharsets.US_ASCII)).substring(0, 32) + "\"";
    }

    @Override
    public synchronized Outcome replace(byte[] document, Predicate<String> ifMatch, String by) {
        if (node == null) {
            return new Failed("the node takes no changes while it starts or stops");
        }
        try {
            if (!ifMatch.test(tag(file().read()))) {
                return new Stale();
            }
            ConfigReader.Outcome outcome = read(document);
            if (!outcome.faults().isEmpty()) {
                return refused(by, outcome.faults());
            }
            Change change = prepare(outcome.settings(), by);
            write(document, change);
            if (change != null) {
                change.run();
            }
            return new Accepted(state(document));
        } catch (ConfigException e) {
            if (!e.faults().isEmpty()) {
                return refused(by, e.faults());
            }
            log.error("configuration not changed by={} reason=\"{}\"", by, e.getMessage());
            return new Failed(String.valueOf(e.getMessage()));
        }
    }

    private Refused refused(String by, List<Fault> faults) {
        logFaults(by, faults);
        return new Refused(faults.stream()
                .map(fault -> new WrongKey(
                        fault.key(), fault.place().line(), fault.place().column(), fault.found(), fault.problem()))
                .toList());
    }

    /**
     * The rules, or a list of theirs, were read and are others now: puts them in force, unless those in force are newer.
     *
     * @param summary how many there are, for people
     * @param with makes them ready, with the settings that are in force; nothing if others have come into force since they were read
     */
    public synchronized void rulesRead(String digest, String summary, Function<Settings, Optional<Ready>> with) {
        Ready ready = node == null || rulesDigest.equals(digest)
                ? null
                : with.apply(inForce).orElse(null);
        if (ready == null) {
            return;
        }
        var change = new ConfigChanged(
                version + 1,
                digest(inForce, ready.rulesDigest()),
                "by=\"rules\" changed: " + summary + " sha256 " + digest);
        ready.apply(change);
        rulesDigest = ready.rulesDigest();
        version = change.version();
        log.info("configuration changed version={} {}", version, change.summary());
    }

    private void write(byte[] document, @Nullable Change change) {
        boolean isWritten = false;
        try {
            file().write(document);
            isWritten = true;
        } finally {
            if (change != null && !isWritten) {
                change.ready().discard();
            }
        }
    }

    /** What is to be done to go by these; null if nothing is. */
    private @Nullable Change prepare(Settings next, String by) {
        Node applying = node;
        if (applying == null) {
            return null;
        }
        List<Difference> differences = accepted.differences(next);
        Settings merged = start.settings().with(key -> isLive(key, next), next);
        Ready ready = applying.prepare(merged);
        if (differences.isEmpty() && readAgain(ready).isEmpty()) {
            ready.discard();
            return null;
        }
        return new Change(ready, () -> accept(next, merged, ready, differences, by));
    }

    /** What has something else than what is in force, for people, whether a key names it that has changed or not. */
    private List<String> readAgain(Ready ready) {
        List<String> news = new ArrayList<>(ready.otherFiles());
        if (!rulesDigest.equals(ready.rulesDigest())) {
            news.add("rules");
        }
        return news;
    }

    private void accept(Settings next, Settings merged, Ready ready, List<Difference> differences, String by) {
        List<Difference> applied = new ArrayList<>();
        List<Difference> waiting = new ArrayList<>();
        differences.forEach(each -> (isLive(each.key(), next) ? applied : waiting).add(each));
        String summary = summary(by, "changed", applied, waiting);
        if (differences.isEmpty()) {
            summary += " read again: " + String.join(", ", readAgain(ready));
        }
        var change = new ConfigChanged(version + 1, digest(merged, ready.rulesDigest()), shortened(summary));
        ready.apply(change);
        accepted = next;
        rulesDigest = ready.rulesDigest();
        inForce = merged;
        version = change.version();
        log.info("configuration changed version={} {}", version, change.summary());
        if (!waiting.isEmpty()) {
            log.warn("configuration needs a restart for keys=[{}]", paths(waiting));
        }
    }

    private boolean isLive(Key<?> key, Settings next) {
        return switch (key.applied()) {
            case RELOAD -> true;
            case RELOAD_IF_INTERCEPTING -> isIntercepting;
            case RELOAD_IF_SECURE ->
                start.settings().get(GatewayKeys.CERT).isPresent()
                        && next.get(GatewayKeys.CERT).isPresent();
            case RESTART -> false;
        };
    }

    private static String paths(List<Difference> differences) {
        return differences.stream().map(each -> each.key().path()).collect(Collectors.joining(", "));
    }

    private static String summary(String by, String what, List<Difference> applied, List<Difference> waiting) {
        var text = new StringBuilder("by=\"" + Fault.shown(by) + "\"");
        if (!applied.isEmpty()) {
            text.append(' ').append(what).append(": ").append(joined(applied));
        }
        if (!waiting.isEmpty()) {
            text.append(" needs a restart: ").append(joined(waiting));
        }
        return shortened(text.toString());
    }

    private static String shortened(String summary) {
        return summary.length() <= SUMMARY_CHARS ? summary : summary.substring(0, SUMMARY_CHARS - 1) + "…";
    }

    private static String joined(List<Difference> differences) {
        return differences.stream()
                .map(each -> each.key().path() + " " + Fault.shown(each.before()) + " -> " + Fault.shown(each.after()))
                .collect(Collectors.joining("; "));
    }
}
