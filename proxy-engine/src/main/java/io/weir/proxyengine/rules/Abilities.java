package io.weir.proxyengine.rules;

import io.weir.proxyengine.rules.Action.Allow;
import java.util.ArrayList;
import java.util.List;

/**
 * What rules may ask of the proxy. Immutable.
 *
 * @param intercepts whether it can read tunnels
 * @param captures whether it can store bodies
 */
public record Abilities(boolean intercepts, boolean captures) {
    /** Whatever a proxy can be started with. */
    public static final Abilities ALL = new Abilities(true, true);

    List<String> faults(Allow allow) {
        List<String> faults = new ArrayList<>();
        if (allow.intercept() == Choice.YES && !intercepts) {
            faults.add("intercept=yes needs a proxy that is started with --intercept");
        }
        if (allow.capture() == Choice.YES && !captures) {
            faults.add("capture=yes needs a proxy that is started with --capture-bodies");
        }
        return faults;
    }
}
