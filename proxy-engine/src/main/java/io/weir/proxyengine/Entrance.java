package io.weir.proxyengine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where clients come in, and who may: what goes together when it changes, as each of the three decides what the others may be. Immutable; checked when it is
 * put into an {@link EngineConfig}.
 *
 * @param listeners see {@link EngineConfig#listeners()}
 * @param allowOpen see {@link EngineConfig#allowOpen()}
 * @param access see {@link EngineConfig#access()}
 */
public record Entrance(
        List<ListenerConfig> listeners,
        boolean allowOpen,
        @Nullable AccessConfig access) {
    /** Copies. */
    public Entrance {
        listeners = List.copyOf(listeners);
    }
}
