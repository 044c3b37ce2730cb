package io.weir.proxyengine.rules;

import io.weir.proxyengine.rules.Action.Allow;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What rules may ask of the proxy. Immutable.
 *
 * @param intercepts whether it can read tunnels
 * @param captures whether it can store bodies
 * @param upstreams names of upstreams and groups that it has; null for whatever name
 */
public record Abilities(
        boolean intercepts, boolean captures, @Nullable Set<String> upstreams) {
    /** Whatever a proxy can be started with. */
    public static final Abilities ALL = new Abilities(true, true, null);

    /** Without upstreams. */
    public Abilities(boolean intercepts, boolean captures) {
        this(intercepts, captures, Set.of());
    }

    /** Copies the set. */
    public Abilities {
        upstreams = upstreams == null ? null : Set.copyOf(upstreams);
    }

    List<String> faults(Allow allow) {
        List<String> faults = new ArrayList<>();
        if (allow.intercept() == Choice.YES && !intercepts) {
            faults.add("intercept=yes needs a proxy that is started with --intercept");
        }
        if (allow.capture() == Choice.YES && !captures) {
            faults.add("capture=yes needs a proxy that is started with --capture-bodies");
        }
        Set<String> known = upstreams;
        boolean isWay = allow.upstream().isEmpty() || allow.upstream().equals(Allow.DIRECT);
        if (!isWay && known != null && !known.contains(allow.upstream())) {
            faults.add("upstream=" + Fault.shown(allow.upstream()) + " names no upstream or group of this proxy: "
                    + (known.isEmpty() ? "it has none" : "it has " + String.join(", ", new TreeSet<>(known)))
                    + ", and " + Allow.DIRECT);
        }
        return faults;
    }
}
