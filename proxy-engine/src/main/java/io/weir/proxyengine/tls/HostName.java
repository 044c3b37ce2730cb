package io.weir.proxyengine.tls;

import io.netty.util.NetUtil;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What may stand for a host in a certificate, in a ClientHello and in our messages: a DNS name of letters, digits, hyphens and underscores,
 * or an IP address. Anything else (wildcards, control characters, percent signs) never gets past here.
 */
final class HostName {
    private static final int NAME_MAX = 253;
    private static final int LABEL_MAX = 63;

    private HostName() {}

    /** The DNS name in lower case and without the dot of the root; null if {@code text} is no such name, or is an address. */
    static @Nullable String dnsName(String text) {
        String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        if (name.isEmpty() || name.length() > NAME_MAX || NetUtil.isValidIpV4Address(name)) {
            return null;
        }
        int labelStart = 0;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '.') {
                if (!isLabel(labelStart, i)) {
                    return null;
                }
                labelStart = i + 1;
            } else if (!isNameCharacter(c)) {
                return null;
            }
        }
        boolean ends = isLabel(labelStart, name.length()) && !isNumber(name, labelStart);
        return ends ? name.toLowerCase(Locale.ROOT) : null;
    }

    /** The bytes of an IP address, 4 or 16; null if {@code text} is none. Brackets and zones are refused. */
    static byte @Nullable [] address(String text) {
        boolean plain = text.indexOf('[') < 0 && text.indexOf('%') < 0;
        return plain ? NetUtil.createByteArrayFromIpAddressString(text) : null;
    }

    /** An equal string that is no other's, by which an engine can be told from all others to the same host. */
    static String withOwnIdentity(String text) {
        return String.valueOf(text.toCharArray());
    }

    private static boolean isLabel(int from, int to) {
        return to > from && to - from <= LABEL_MAX;
    }

    private static boolean isNameCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    /** A name whose last label is a number is taken for an address by some. */
    private static boolean isNumber(String name, int from) {
        for (int i = from; i < name.length(); i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
