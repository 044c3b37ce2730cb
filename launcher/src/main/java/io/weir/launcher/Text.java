package io.weir.launcher;

import io.weir.proxyengine.ListenerConfig;
import io.weir.proxyengine.ListenerKind;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.Locale;

/** Figures and addresses for people. */
final class Text {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

    private Text() {}

    static String address(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (address.getAddress() instanceof Inet6Address ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** {@code 127.0.0.1:8080} for HTTP, {@code socks5://127.0.0.1:1080} for anything else. */
    static String listener(ListenerConfig listener) {
        String address = address(listener.address());
        return listener.kind() == ListenerKind.HTTP ? address : listener.kind().scheme() + "://" + address;
    }

    /** {@code 12.3 MB}, in powers of ten. */
    static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1000 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }

    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
