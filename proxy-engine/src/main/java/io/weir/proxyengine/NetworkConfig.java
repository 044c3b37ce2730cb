package io.weir.proxyengine;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * Where the engine listens, and how it talks to sockets. Immutable; checked when it is put into an {@link EngineConfig}.
 *
 * @param listeners where clients connect; port 0 takes a free one
 * @param transport how to talk to sockets
 * @param eventLoops threads that carry traffic
 * @param relayBufferBytes of the buffer, one an event loop, through which tunnels are copied; one that fills it is spliced, where that is
 *     possible
 * @param nameServers whom to ask for names; empty for those of the system
 */
public record NetworkConfig(
        List<ListenerConfig> listeners,
        Transport transport,
        int eventLoops,
        int relayBufferBytes,
        List<InetSocketAddress> nameServers) {

    /** Keeps copies. */
    public NetworkConfig {
        listeners = List.copyOf(listeners);
        nameServers = List.copyOf(nameServers);
    }

    NetworkConfig with(List<ListenerConfig> others) {
        return new NetworkConfig(others, transport, eventLoops, relayBufferBytes, nameServers);
    }

    /** Whether only this machine reaches it: a load balancer on it brings others. */
    boolean isLoopbackOnly() {
        return listeners.stream().allMatch(ListenerConfig::isForThisMachine);
    }

    /** @param mayBeReached whether others than this machine may reach a listener */
    void check(Faults faults, boolean mayBeReached) {
        faults.check(!listeners.isEmpty(), "no address to listen on");
        faults.check(ListenerConfig.areNamesDistinct(listeners), "two listeners have the same name");
        for (ListenerConfig each : listeners) {
            InetSocketAddress listener = each.address();
            faults.check(
                    !listener.isUnresolved(), "cannot listen on " + listener.getHostString() + ": no such address");
            faults.check(
                    mayBeReached || listener.isUnresolved() || each.isForThisMachine(),
                    (each.hasProxyProtocol() ? "listening behind a load balancer on " : "listening on ")
                            + listener.getHostString()
                            + " would make this an open proxy: anybody who reaches it could use it. Listen on 127.0.0.1, name users with --users, or say --allow-open if the network keeps others away");
        }
        faults.check(eventLoops > 0, "event loops must be 1 or more, not " + eventLoops);
        faults.check(
                relayBufferBytes >= 1024 && relayBufferBytes <= 1 << 20,
                "the relay's buffer must have 1 KiB to 1 MiB, not " + relayBufferBytes + " bytes");
    }
}
