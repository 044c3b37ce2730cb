package io.weir.proxyengine;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Addresses as text. */
final class Addresses {
    private Addresses() {}

    /** {@code 192.0.2.1:443} or {@code [2001:db8::1]:443}; empty if there is none any more. */
    static String text(@Nullable InetSocketAddress address) {
        return address == null ? "" : NetUtil.toSocketAddressString(address);
    }
}
