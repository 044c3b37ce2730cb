package io.weir.proxyengine;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A host and a port that a client asks for, strictly parsed (RFC 3986 §3.2, RFC 9110 §9.3.6). Immutable.
 *
 * <p>What another parser could read as something else is refused: user information, empty or signed or oversized ports,
 * zone identifiers, percent-encoding, quads with leading zeros, and names that end in a number without being a dotted quad ({@code 127.1},
 * {@code 0x7f000001}), which resolvers take for addresses.
 *
 * @param host lower case; an IPv6 address without its brackets
 * @param port 1 to 65535
 */
record Authority(String host, int port) {
    private static final int NAME_MAX = 253;

    /**
     * Parses {@code host:port}.
     *
     * @param defaultPort the port if none is given; 0 if one must be
     * @return null if it is malformed
     */
    static @Nullable Authority parse(String text, int defaultPort) {
        int portColon;
        String host;
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            if (end < 0) {
                return null;
            }
            host = text.substring(1, end);
            boolean octal = host.indexOf('.') >= 0 && hasLeadingZero(host, host.lastIndexOf(':') + 1);
            if (host.indexOf('%') >= 0 || !NetUtil.isValidIpV6Address(host) || octal) {
                return null;
            }
            portColon = end + 1;
        } else {
            int colon = text.indexOf(':');
            portColon = colon < 0 ? text.length() : colon;
            host = text.substring(0, portColon);
            if (!isName(host)) {
                return null;
            }
        }
        int port = defaultPort;
        if (portColon < text.length()) {
            port = text.charAt(portColon) == ':' ? parsePort(text, portColon + 1) : 0;
        }
        return port == 0 ? null : new Authority(host.toLowerCase(Locale.ROOT), port);
    }

    private static int parsePort(String text, int from) {
        int digits = text.length() - from;
        if (digits < 1 || digits > 5) {
            return 0;
        }
        int port = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return 0;
            }
            port = port * 10 + (c - '0');
        }
        return port <= 65_535 ? port : 0;
    }

    /** A dotted quad, or a DNS name of labels of letters, digits, hyphens and underscores that can't be taken for an address. */
    private static boolean isName(String host) {
        int length = host.length();
        if (length == 0 || length > NAME_MAX) {
            return false;
        }
        if (NetUtil.isValidIpV4Address(host)) {
            return !hasLeadingZero(host, 0); // which some take for octal
        }
        int labelStart = 0;
        int lastLabelStart = 0;
        for (int i = 0; i < length; i++) {
            char c = host.charAt(i);
            if (c == '.') {
                if (i == labelStart || i - labelStart > 63) {
                    return false;
                }
                labelStart = i + 1;
            } else {
                if (!isNameCharacter(c)) {
                    return false;
                }
                lastLabelStart = labelStart;
            }
        }
        return length - labelStart <= 63 && !looksLikeNumber(host, lastLabelStart);
    }

    /** Whether a number of the dotted quad could be read as octal. */
    private static boolean hasLeadingZero(String host, int quad) {
        for (int i = quad; i < host.length() - 1; i++) {
            boolean first = i == quad || host.charAt(i - 1) == '.';
            if (first && host.charAt(i) == '0' && host.charAt(i + 1) != '.') {
                return true;
            }
        }
        return false;
    }

    private static boolean isNameCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    /** As the WHATWG URL standard's "ends in a number": all digits, or 0x and hexadecimal digits. */
    private static boolean looksLikeNumber(String host, int labelStart) {
        int end = host.endsWith(".") ? host.length() - 1 : host.length();
        boolean hex = host.regionMatches(true, labelStart, "0x", 0, 2);
        for (int i = hex ? labelStart + 2 : labelStart; i < end; i++) {
            char c = host.charAt(i);
            boolean digit = c >= '0' && c <= '9';
            boolean hexLetter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            if (!digit && !(hex && hexLetter)) {
                return false;
            }
        }
        return true;
    }

    /** The address, if the host is one; no look-up. */
    @Nullable InetAddress address() {
        return NetUtil.createInetAddressFromIpAddressString(host);
    }

    boolean isIpv6() {
        return host.indexOf(':') >= 0;
    }

    /** As a Host field has it: without the port if that is the scheme's own. */
    String hostField(int schemePort) {
        String name = isIpv6() ? '[' + host + ']' : host;
        return port == schemePort ? name : name + ':' + port;
    }

    @Override
    public String toString() {
        return (isIpv6() ? '[' + host + ']' : host) + ':' + port;
    }
}
