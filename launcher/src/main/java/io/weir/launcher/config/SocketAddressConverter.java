package io.weir.launcher.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code HOST:PORT}, {@code [IPV6]:PORT} or {@code PORT}, which means the loopback address. */
public final class SocketAddressConverter implements ITypeConverter<InetSocketAddress> {
    @Override
    public InetSocketAddress convert(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "127.0.0.1" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new TypeConversionException("'" + text + "' is no address: write an IPv6 one as [" + text + "]:PORT");
        }
        if (host.isEmpty()) {
            throw new TypeConversionException(
                    "'" + text + "' has no host: 127.0.0.1" + text + " is reachable from here only");
        }
        return new InetSocketAddress(address(host), port(text, text.substring(colon + 1)));
    }

    private static InetAddress address(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new TypeConversionException("'" + host + "' is no address of this machine: it cannot be resolved");
        }
    }

    private static int port(String text, String port) {
        try {
            int number = Integer.parseInt(port);
            if (number >= 0 && number <= 65_535) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new TypeConversionException(
                "'" + text + "' has no port from 0 to 65535; HOST:PORT, such as 127.0.0.1:8080");
    }
}
