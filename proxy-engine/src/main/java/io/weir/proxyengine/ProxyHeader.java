package io.weir.proxyengine;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The PROXY protocol's header, version 1 or 2, with which a load balancer says whose connection follows (haproxy.org, proxy-protocol.txt). Immutable.
 *
 * <pre>
 * PROXY TCP4|TCP6|UNKNOWN source destination sport dport CR LF          at most 107 bytes
 * signature:12 version,command:1 family:1 length:2 addresses TLVs       command 0 is the balancer's own connection
 * </pre>
 *
 * @param state what came of reading it
 * @param bytes how many it has, if it is complete
 * @param source whose connection it is; null if it is the balancer's own, or of a kind that has no address
 */
record ProxyHeader(State state, int bytes, @Nullable InetSocketAddress source) {
    /** What was found. */
    enum State {
        INCOMPLETE,
        COMPLETE,
        MALFORMED
    }

    /** Of version 2 with its TLVs, which are passed over. */
    static final int MAX_BYTES = 2048;

    private static final int V1_MAX_BYTES = 107;
    private static final byte[] V1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] V2 = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};
    private static final int V2_HEAD_BYTES = 16;
    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;
    private static final int TCP_4 = 0x11;
    private static final int TCP_6 = 0x21;
    private static final int TCP_4_BYTES = 12;
    private static final int TCP_6_BYTES = 36;

    private static final ProxyHeader INCOMPLETE = new ProxyHeader(State.INCOMPLETE, 0, null);
    private static final ProxyHeader MALFORMED = new ProxyHeader(State.MALFORMED, 0, null);

    /** Reads what has come of a connection so far. */
    static ProxyHeader read(byte[] said, int length) {
        if (length == 0) {
            return INCOMPLETE;
        }
        byte[] magic = said[0] == V1[0] ? V1 : V2;
        int known = Math.min(length, magic.length);
        if (Arrays.mismatch(said, 0, known, magic, 0, known) >= 0) {
            return MALFORMED;
        }
        if (length < magic.length) {
            return INCOMPLETE;
        }
        return said[0] == V1[0] ? version1(said, length) : version2(said, length);
    }

    private static ProxyHeader version1(byte[] said, int length) {
        int seen = Math.min(length, V1_MAX_BYTES);
        int end = V1.length;
        while (end < seen && said[end] != '\n') {
            end++;
        }
        if (end == seen) {
            return seen == V1_MAX_BYTES ? MALFORMED : INCOMPLETE;
        }
        if (said[end - 1] != '\r') {
            return MALFORMED;
        }
        String line = new String(said, V1.length, end - 1 - V1.length, StandardCharsets.US_ASCII);
        String[] words = line.split(" ", -1);
        if (words[0].equals("UNKNOWN")) {
            return new ProxyHeader(State.COMPLETE, end + 1, null);
        }
        boolean is4 = words[0].equals("TCP4");
        if (words.length != 5 || !(is4 || words[0].equals("TCP6")) || !isAddress(words[2], is4) || port(words[4]) < 0) {
            return MALFORMED;
        }
        int port = port(words[3]);
        InetAddress source = isAddress(words[1], is4) ? NetUtil.createInetAddressFromIpAddressString(words[1]) : null;
        return source == null || port < 0
                ? MALFORMED
                : new ProxyHeader(State.COMPLETE, end + 1, new InetSocketAddress(source, port));
    }

    private static boolean isAddress(String text, boolean is4) {
        return is4 ? NetUtil.isValidIpV4Address(text) : NetUtil.isValidIpV6Address(text) && text.indexOf('%') < 0;
    }

    /** From 0 to 65535; -1 if it is none. */
    private static int port(String digits) {
        if (!digits.matches("[0-9]{1,5}")) {
            return -1;
        }
        int port = Integer.parseInt(digits);
        return port <= 65_535 ? port : -1;
    }

    private static ProxyHeader version2(byte[] said, int length) {
        if (length < V2_HEAD_BYTES) {
            return INCOMPLETE;
        }
        int command = said[12] & 0xff;
        int family = said[13] & 0xff;
        int rest = unsigned(said, 14);
        int total = V2_HEAD_BYTES + rest;
        int needed = command == LOCAL ? 0 : family == TCP_4 ? TCP_4_BYTES : family == TCP_6 ? TCP_6_BYTES : 0;
        if ((command != LOCAL && command != PROXY) || total > MAX_BYTES || rest < needed) {
            return MALFORMED;
        }
        if (length < total) {
            return INCOMPLETE;
        }
        if (needed == 0) {
            return new ProxyHeader(State.COMPLETE, total, null);
        }
        int addressBytes = needed == TCP_4_BYTES ? 4 : 16;
        int portAt = V2_HEAD_BYTES + 2 * addressBytes;
        try {
            InetAddress source =
                    InetAddress.getByAddress(Arrays.copyOfRange(said, V2_HEAD_BYTES, V2_HEAD_BYTES + addressBytes));
            return new ProxyHeader(State.COMPLETE, total, new InetSocketAddress(source, unsigned(said, portAt)));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four or sixteen bytes are an address", e);
        }
    }

    private static int unsigned(byte[] bytes, int at) {
        return ((bytes[at] & 0xff) << 8) | (bytes[at + 1] & 0xff);
    }
}
