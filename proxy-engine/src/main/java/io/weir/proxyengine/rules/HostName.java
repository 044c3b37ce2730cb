package io.weir.proxyengine.rules;

import io.netty.util.NetUtil;
import java.net.IDN;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A host in the one way in which rules compare it: lower case, no dot at the end, the letters of RFC 5890, an IPv6 address without brackets as RFC 5952
 * has it, an IPv4 address inside one as that. Immutable.
 *
 * <p>It has the hash of each of its ends that begins at a label, the shortest first: {@code com}, {@code example.com}, {@code www.example.com}. So it is
 * read once, whatever number of tables it is looked up in. The multiplier is this process's own, so that nobody can make names collide.
 */
final class HostName {
    static final int NAME_MAX = 253;
    private static final int LABEL_MAX = 63;
    private static final long KEY = new SecureRandom().nextLong() | 1;

    private final String text;
    private final int[] starts;
    private final long[] hashes;

    private HostName(String text) {
        this.text = text;
        int labels = 1;
        for (int i = 0; i < text.length(); i++) {
            labels += text.charAt(i) == '.' ? 1 : 0;
        }
        starts = new int[labels];
        hashes = new long[labels];
        long hash = 0;
        int label = 0;
        for (int i = text.length() - 1; i >= 0; i--) {
            hash = (hash + text.charAt(i)) * KEY;
            if (i == 0 || text.charAt(i - 1) == '.') {
                starts[label] = i;
                hashes[label++] = hash;
            }
        }
    }

    /** Any host that a client may have named. */
    static HostName of(String host) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        if (bare.indexOf(':') >= 0) {
            InetAddress address = NetUtil.createInetAddressFromIpAddressString(bare);
            return new HostName(
                    address == null
                            ? bare.toLowerCase(Locale.ROOT)
                            : NetUtil.toAddressString(EmbeddedIpv4.of(address)));
        }
        String lower = bare.toLowerCase(Locale.ROOT);
        return new HostName(lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower);
    }

    /**
     * The name in the form that is compared, if it is one that a host can have; null if not. Addresses are none.
     *
     * @param name in any case, also with letters that are not ASCII
     */
    static @Nullable String name(String name) {
        String ascii = name;
        if (!isAscii(name)) {
            try {
                ascii = IDN.toASCII(name);
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                return null;
            }
        }
        String lower = ascii.toLowerCase(Locale.ROOT);
        String bare = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        return isName(bare) ? bare : null;
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private static boolean isName(String name) {
        int length = name.length();
        if (length == 0 || length > NAME_MAX) {
            return false;
        }
        int labelStart = 0;
        boolean number = true;
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            if (c == '.') {
                if (i == labelStart || i - labelStart > LABEL_MAX) {
                    return false;
                }
                labelStart = i + 1;
                number = true;
            } else if ((c >= 'a' && c <= 'z') || c == '-' || c == '_') {
                number = false;
            } else if (c < '0' || c > '9') {
                return false;
            }
        }
        return length > labelStart && length - labelStart <= LABEL_MAX && !number;
    }

    String text() {
        return text;
    }

    /** How many ends it has. */
    int ends() {
        return starts.length;
    }

    int start(int end) {
        return starts[end];
    }

    long hash(int end) {
        return hashes[end];
    }

    /** The hash that a name would have, which some bytes are. */
    static long hash(byte[] bytes, int from, int to) {
        long hash = 0;
        for (int i = to - 1; i >= from; i--) {
            hash = (hash + bytes[i]) * KEY;
        }
        return hash;
    }
}
