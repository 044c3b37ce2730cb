package io.weir.proxyengine.access;

import java.net.InetAddress;

/** Where a client comes from, for limits: an IPv4 address or the first 64 bits of an IPv6 address, of which one client may have all the rest. Stateless. */
public final class ClientSource {
    private static final int IPV4_BYTES = 4;
    private static final int PREFIX_BYTES = 8;

    private ClientSource() {}

    /** A number for where an address counts. */
    public static long of(InetAddress address) {
        byte[] bytes = address.getAddress();
        long source = 0;
        for (int i = 0; i < (bytes.length == IPV4_BYTES ? IPV4_BYTES : PREFIX_BYTES); i++) {
            source = source << 8 | (bytes[i] & 0xff);
        }
        return source;
    }
}
