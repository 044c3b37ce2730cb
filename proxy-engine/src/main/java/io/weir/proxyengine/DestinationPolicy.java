package io.weir.proxyengine;

import io.netty.util.NetUtil;
import io.weir.proxyengine.rules.EmbeddedIpv4;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides which addresses may be connected to. Asked about the very address that is about to be connected, after resolution, so a name
 * that changes its answer gains nothing. Immutable; any thread.
 *
 * <p>Always refused: this node's own listeners and gateway, the unspecified, multicast and broadcast addresses, and link-local ones,
 * where clouds keep their metadata, and the one address where a cloud keeps them in IPv6. Loopback and private addresses are refused unless every listener is on loopback: then
 * whoever can reach the proxy could reach them without it. An IPv4 address inside an IPv6 one is judged as what it is.
 */
final class DestinationPolicy {
    private static final InetAddress METADATA_IPV6 = NetUtil.createInetAddressFromIpAddressString("fd00:ec2::254");

    /** 64:ff9b:1::/48, RFC 8215. */
    private static final byte[] LOCAL_NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 1};

    private final List<InetSocketAddress> own;
    private final boolean privateAllowed;

    DestinationPolicy(List<InetSocketAddress> own, boolean privateAllowed) {
        this.own = List.copyOf(own);
        this.privateAllowed = privateAllowed;
    }

    /** Why {@code destination} is refused, for people; null if it is not. */
    @Nullable String refusal(InetSocketAddress destination) {
        InetAddress address = EmbeddedIpv4.of(destination.getAddress());
        if (address.isAnyLocalAddress() || isThisNetwork(address)) {
            return "the unspecified address is no destination";
        }
        if (address.isMulticastAddress() || isBroadcast(address)) {
            return "multicast and broadcast addresses are no destination";
        }
        if (address.isLinkLocalAddress() || METADATA_IPV6.equals(address)) {
            return "link-local and metadata addresses are refused";
        }
        for (InetSocketAddress listener : own) {
            if (listener.getPort() == destination.getPort() && reaches(address, listener.getAddress())) {
                return "that is this proxy itself";
            }
        }
        if (!privateAllowed && isPrivate(address)) {
            return "loopback and private addresses are refused";
        }
        return null;
    }

    private static boolean reaches(InetAddress destination, InetAddress listener) {
        InetAddress bound = EmbeddedIpv4.of(listener);
        if (!bound.isAnyLocalAddress()) {
            return bound.equals(destination);
        }
        return destination.isLoopbackAddress() || isOfThisMachine(destination);
    }

    private static boolean isOfThisMachine(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return true; // what can't be told apart from ourselves is refused
        }
    }

    private static boolean isPrivate(InetAddress address) {
        if (address.isLoopbackAddress() || address.isSiteLocalAddress()) {
            return true;
        }
        byte[] bytes = address.getAddress();
        if (bytes.length == 4) {
            return (bytes[0] & 0xff) == 100 && (bytes[1] & 0xc0) == 64; // 100.64.0.0/10, RFC 6598
        }
        return (bytes[0] & 0xfe) == 0xfc // fc00::/7, RFC 4193
                || startsWith(bytes, LOCAL_NAT64); // stands for an IPv4 address in a way that only this network knows
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static boolean isThisNetwork(InetAddress address) {
        return address instanceof Inet4Address && address.getAddress()[0] == 0; // 0.0.0.0/8
    }

    private static boolean isBroadcast(InetAddress address) {
        return address instanceof Inet4Address
                && (address.getAddress()[0] & 0xff) >= 240; // 240.0.0.0/4 and 255.255.255.255
    }
}
