package io.weir.wsgateway;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host and a port, parsed strictly so that two spellings which a browser treats apart stay apart. Immutable.
 *
 * @param host lower-case name or address; IPv6 in brackets, shortened
 * @param port from 1 to 65535, or whatever was given for "none"
 */
record Authority(String host, int port) {
    private static final Pattern FORM =
            Pattern.compile("(\\[[0-9a-fA-F:.]{2,45}]|[A-Za-z0-9._-]{1,253})(?::([0-9]{1,5}))?");

    /**
     * Parses {@code host} or {@code host:port}; empty if there is anything else in it.
     *
     * @param portIfNone the port to assume where there is none
     */
    static Optional<Authority> parse(String text, int portIfNone) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        int port = form.group(2) == null ? portIfNone : Integer.parseInt(form.group(2));
        if (form.group(2) != null && (port < 1 || port > 65_535)) {
            return Optional.empty();
        }
        return host(form.group(1)).map(host -> new Authority(host, port));
    }

    private static Optional<String> host(String text) {
        if (!text.startsWith("[")) {
            return Optional.of(text.toLowerCase(Locale.ROOT));
        }
        byte[] address = NetUtil.createByteArrayFromIpAddressString(text.substring(1, text.length() - 1));
        if (address == null || address.length != 16) {
            return Optional.empty();
        }
        try {
            String host = Addresses.host(InetAddress.getByAddress(address));
            return host.startsWith("[") ? Optional.of(host) : Optional.empty(); // IPv4 in disguise is no spelling of it
        } catch (UnknownHostException e) {
            throw new AssertionError("16 bytes are an address", e);
        }
    }
}
