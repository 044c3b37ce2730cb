package io.weir.proxyengine;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where clients come in, who may, and which addresses are not for them: what goes together when it changes, as each decides what the others may be. Immutable;
 * checked when it is put into an {@link EngineConfig}.
 *
 * @param listeners see {@link NetworkConfig#listeners()}
 * @param allowOpen see {@link Permissions#allowOpen()}
 * @param access see {@link Permissions#access()}
 * @param refusedDestinations see {@link Permissions#refusedDestinations()}
 */
public record Entrance(
        List<ListenerConfig> listeners,
        boolean allowOpen,
        @Nullable AccessConfig access,
        List<InetSocketAddress> refusedDestinations) {
    /** Copies. */
    public Entrance {
        listeners = List.copyOf(listeners);
        refusedDestinations = List.copyOf(refusedDestinations);
    }

    /** With no further addresses. */
    Entrance(List<ListenerConfig> listeners, boolean allowOpen, @Nullable AccessConfig access) {
        this(listeners, allowOpen, access, List.of());
    }
}
