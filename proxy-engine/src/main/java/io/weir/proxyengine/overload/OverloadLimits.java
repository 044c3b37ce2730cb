package io.weir.proxyengine.overload;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From which reading of each gauge on no session begins; the other steps lie around that. What has none is not heeded. Immutable.
 */
public final class OverloadLimits {
    /** Nothing is heeded. */
    public static final OverloadLimits NONE = new OverloadLimits(new EnumMap<>(Watched.class));

    private final Map<Watched, Double> limits;

    private OverloadLimits(Map<Watched, Double> limits) {
        this.limits = limits;
    }

    /** The same with this one, in the unit of {@link Watched}. */
    public OverloadLimits with(Watched watched, double limit) {
        if (!(limit > 0)) {
            throw new IllegalArgumentException("a limit must be above 0, not " + limit);
        }
        Map<Watched, Double> more = new EnumMap<>(Watched.class);
        more.putAll(limits);
        more.put(watched, limit);
        return new OverloadLimits(more);
    }

    @Nullable Double of(Watched watched) {
        return limits.get(watched);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof OverloadLimits those && limits.equals(those.limits);
    }

    @Override
    public int hashCode() {
        return limits.hashCode();
    }

    @Override
    public String toString() {
        return limits.toString();
    }
}
