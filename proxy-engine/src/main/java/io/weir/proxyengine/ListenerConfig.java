package io.weir.proxyengine;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One address at which clients connect, and what they speak there. Immutable.
 *
 * @param name what rules and people call it; one listener's only
 * @param kind what its clients speak
 * @param address where it listens; port 0 takes a free one
 * @param proxyProtocol from where connections come through a load balancer that says, in the PROXY protocol, whose they are; nobody else may connect then.
 *     Empty if clients connect themselves
 * @param tls with what it speaks TLS; null if it does not
 */
public record ListenerConfig(
        String name,
        ListenerKind kind,
        InetSocketAddress address,
        List<Network> proxyProtocol,
        @Nullable ListenerTls tls) {
    /**
     * Checks.
     *
     * @throws EngineException naming what is wrong
     */
    public ListenerConfig {
        proxyProtocol = List.copyOf(proxyProtocol);
        if (!name.matches("[A-Za-z0-9._:\\[\\]-]{1,64}")) {
            throw new EngineException("not a name for a listener: " + name);
        }
        if (kind == ListenerKind.HTTPS && tls == null) {
            throw new EngineException("listener " + name + " is for HTTPS and has no certificate");
        }
        if (tls != null && kind != ListenerKind.HTTPS && kind != ListenerKind.MIXED) {
            throw new EngineException(
                    "listener " + name + " has a certificate but does not speak TLS: it is for " + kind.scheme());
        }
    }

    /** Where HTTP is spoken, named as its address. */
    public static ListenerConfig http(InetSocketAddress address) {
        return of(ListenerKind.HTTP, address);
    }

    /** The same for another kind that needs nothing else. */
    public static ListenerConfig of(ListenerKind kind, InetSocketAddress address) {
        return new ListenerConfig(nameOf(address), kind, address, List.of(), null);
    }

    /** What a listener is called that was given no name. */
    public static String nameOf(InetSocketAddress address) {
        return address.isUnresolved()
                ? address.getHostString() + ':' + address.getPort()
                : NetUtil.toSocketAddressString(address);
    }

    /** With that name. */
    public ListenerConfig named(String other) {
        return new ListenerConfig(other, kind, address, proxyProtocol, tls);
    }

    /** At the address that it has got; its name stays, unless that told the address. */
    ListenerConfig at(InetSocketAddress actual) {
        String actualName = name.equals(nameOf(address)) ? nameOf(actual) : name;
        return new ListenerConfig(actualName, kind, actual, proxyProtocol, tls);
    }

    /** Behind load balancers in these networks. */
    public ListenerConfig behind(List<Network> balancers) {
        return new ListenerConfig(name, kind, address, balancers, tls);
    }

    /** With TLS. */
    public ListenerConfig with(ListenerTls secure) {
        return new ListenerConfig(name, kind, address, proxyProtocol, secure);
    }

    /** Whether those that were given a name have each its own. */
    static boolean areNamesDistinct(List<ListenerConfig> listeners) {
        Set<String> names = new HashSet<>();
        return listeners.stream()
                .map(ListenerConfig::name)
                .filter(name -> listeners.stream().noneMatch(each -> name.equals(nameOf(each.address()))))
                .allMatch(names::add);
    }

    /** Whether nobody reaches it from elsewhere, through a load balancer either. */
    boolean isForThisMachine() {
        return address.getAddress().isLoopbackAddress() && proxyProtocol.isEmpty();
    }

    /** Whether nothing has to be found out about what a client says first. */
    boolean isPlainHttp() {
        return kind == ListenerKind.HTTP && proxyProtocol.isEmpty();
    }

    boolean hasProxyProtocol() {
        return !proxyProtocol.isEmpty();
    }

    boolean takesHttp() {
        return kind == ListenerKind.HTTP || kind == ListenerKind.MIXED;
    }

    boolean takesSocks() {
        return kind == ListenerKind.SOCKS5 || kind == ListenerKind.MIXED;
    }

    boolean takesTls() {
        return tls != null;
    }

    /** Whether a load balancer may connect from there. */
    boolean trusts(InetSocketAddress balancer) {
        return proxyProtocol.stream().anyMatch(network -> network.contains(balancer.getAddress()));
    }
}
