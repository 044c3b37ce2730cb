package io.weir.proxyengine.rules;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** IPv4 addresses inside IPv6 ones, as which they are to be judged. Stateless. */
public final class EmbeddedIpv4 {
    private EmbeddedIpv4() {}

    /** The IPv4 address that an IPv6 one stands for: mapped, compatible, NAT64 (64:ff9b::/96) and 6to4 (2002::/16); any other stays what it is. */
    public static InetAddress of(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] b = address.getAddress();
        int from = -1;
        if ((b[0] & 0xff) == 0x20 && b[1] == 0x02) {
            from = 2;
        } else if (isZero(b, 0, 10) && (b[10] & 0xff) == 0xff && (b[11] & 0xff) == 0xff) {
            from = 12;
        } else if (b[0] == 0 && b[1] == 0x64 && (b[2] & 0xff) == 0xff && (b[3] & 0xff) == 0x9b && isZero(b, 4, 12)) {
            from = 12;
        } else if (isZero(b, 0, 12) && !address.isAnyLocalAddress() && !address.isLoopbackAddress()) {
            from = 12;
        }
        if (from < 0) {
            return address;
        }
        try {
            return InetAddress.getByAddress(new byte[] {b[from], b[from + 1], b[from + 2], b[from + 3]});
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    private static boolean isZero(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
