package io.weir.proxyengine;

import io.netty.util.NetUtil;
import java.net.InetAddress;

/**
 * A range of addresses: {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or one address. Immutable; an IPv4 address mapped into IPv6 counts as IPv4.
 *
 * @param address its first address; bits behind the prefix must be 0
 * @param prefixBits how many bits all of its addresses share
 */
public record Network(InetAddress address, int prefixBits) {
    /**
     * Checks.
     *
     * @throws EngineException if the prefix does not fit the address
     */
    public Network {
        byte[] bytes = address.getAddress();
        if (prefixBits < 0 || prefixBits > bytes.length * 8) {
            throw new EngineException("a prefix of " + address.getHostAddress() + " has 0 to " + bytes.length * 8
                    + " bits, not " + prefixBits);
        }
        for (int bit = prefixBits; bit < bytes.length * 8; bit++) {
            if (bit(bytes, bit) != 0) {
                throw new EngineException(address.getHostAddress() + "/" + prefixBits
                        + " is no network: it has bits set behind its prefix");
            }
        }
    }

    /**
     * Reads one; no look-up.
     *
     * @throws EngineException if it is malformed
     */
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
        if (address == null || host.indexOf('%') >= 0) {
            throw new EngineException("'" + text + "' is no network: write it as 10.0.0.0/8 or 2001:db8::/32");
        }
        int all = address.getAddress().length * 8;
        try {
            return new Network(address, slash < 0 ? all : Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new EngineException("'" + text + "' is no network: its prefix is no number", e);
        }
    }

    boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] bytes = other.getAddress();
        if (bytes.length != mine.length) {
            return false;
        }
        for (int bit = 0; bit < prefixBits; bit++) {
            if (bit(mine, bit) != bit(bytes, bit)) {
                return false;
            }
        }
        return true;
    }

    private static int bit(byte[] bytes, int index) {
        return (bytes[index >> 3] >> (7 - (index & 7))) & 1;
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefixBits;
    }
}
