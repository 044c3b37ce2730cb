package io.weir.proxyengine;

import io.weir.proxyengine.rules.LiveRules;
import io.weir.proxyengine.rules.Rules;
import io.weir.proxyengine.upstream.Upstreams;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Other values for an engine that runs, checked, with all that they name read: {@link ProxyEngine#reconfigure} cannot fail with them any more. In force nowhere.
 * One that is not put in force is to be closed; closing one that is does nothing. Belongs to the thread that changes the configuration.
 */
public final class PreparedConfig implements AutoCloseable {
    private final LiveConfig live;
    private final LiveRules.@Nullable Ready ready;
    private final Rules rules;
    private final Upstreams upstreams;
    private final List<String> otherUpstreams;
    private final @Nullable NewEntrance entrance;

    /**
     * Puts it together.
     *
     * @param ready other rules; null if those of now stay
     * @param rules what is allowed then
     * @param entrance another entrance; null if that of now stays
     */
    PreparedConfig(
            LiveConfig live,
            LiveRules.@Nullable Ready ready,
            Rules rules,
            Upstreams upstreams,
            List<String> otherUpstreams,
            @Nullable NewEntrance entrance) {
        this.live = live;
        this.ready = ready;
        this.rules = rules;
        this.upstreams = upstreams;
        this.otherUpstreams = otherUpstreams;
        this.entrance = entrance;
    }

    LiveConfig live() {
        return live;
    }

    LiveRules.@Nullable Ready ready() {
        return ready;
    }

    Upstreams upstreams() {
        return upstreams;
    }

    @Nullable NewEntrance entrance() {
        return entrance;
    }

    /** What is allowed then. */
    public Rules rules() {
        return rules;
    }

    /** The names of the upstreams that are new, or not what they are now: also if only a file of theirs has something else. */
    public List<String> otherUpstreams() {
        return otherUpstreams;
    }

    /** Gives back what is taken for them. */
    @Override
    public void close() {
        if (entrance != null) {
            entrance.close();
        }
    }
}
