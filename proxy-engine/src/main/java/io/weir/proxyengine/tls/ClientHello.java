package io.weir.proxyengine.tls;

import io.weir.proxyengine.tls.ClientHelloReader.Result;
import io.weir.proxyengine.tls.ClientHelloReader.State;
import java.util.ArrayList;
import java.util.List;

/**
 * The body of one whole ClientHello. One use, one thread. Each vector must fill what its length says and nothing may be left over.
 *
 * <pre>
 *   version 2 | random 32 | session id &lt;0..32&gt; | suites &lt;2..2^16-2&gt; | compression &lt;1..255&gt; | extensions &lt;0..2^16-1&gt; or nothing
 *   extension: type 2 | data &lt;0..2^16-1&gt;
 *   groups (10): list &lt;2..2^16-1&gt; of 2
 *   server_name (0): list &lt;1..2^16-1&gt; of { type 1 | name &lt;1..2^16-1&gt; }      alpn (16): list &lt;2..2^16-1&gt; of { name &lt;1..255&gt; }
 * </pre>
 */
final class ClientHello {
    private static final int SERVER_NAME = 0;
    private static final int ALPN = 16;
    private static final int GROUPS = 10;
    private static final int X25519_MLKEM768 = 0x11ec;
    private static final int HOST_NAME = 0;

    private final byte[] bytes;
    private int at;
    private int end;

    private String serverName = "";
    private boolean malformedName;
    private boolean hasServerName;
    private boolean hasAlpn;
    private boolean postQuantum;
    private final List<String> alpn = new ArrayList<>();

    /** Only bytes from {@code at} to below {@code end} are read. */
    ClientHello(byte[] bytes, int at, int end) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
    }

    Result read() {
        boolean good = readBody();
        return good ? new Result(State.COMPLETE, serverName, alpn, malformedName, postQuantum) : Result.MALFORMED;
    }

    private boolean readBody() {
        if (left() < 2 + 32 + 1) {
            return false;
        }
        at += 2 + 32;
        int session = number(1);
        if (session > 32 || !skip(session)) {
            return false;
        }
        int suites = left() < 2 ? 0 : number(2);
        if (suites < 2 || suites % 2 != 0 || !skip(suites)) {
            return false;
        }
        int compression = left() < 1 ? 0 : number(1);
        if (compression < 1 || !skip(compression)) {
            return false;
        }
        return left() == 0 || (left() >= 2 && number(2) == left() && readExtensions());
    }

    private boolean readExtensions() {
        int all = end;
        while (at < all) {
            if (left() < 4) {
                return false;
            }
            int type = number(2);
            int length = number(2);
            if (length > left()) {
                return false;
            }
            end = at + length; // nothing inside reads beyond it
            if (!readExtension(type)) {
                return false;
            }
            at = end;
            end = all;
        }
        return true;
    }

    private boolean readExtension(int type) {
        if (type == SERVER_NAME) {
            boolean again = hasServerName;
            hasServerName = true;
            return !again && readServerNames();
        }
        if (type == ALPN) {
            boolean again = hasAlpn;
            hasAlpn = true;
            return !again && readProtocols();
        }
        return type != GROUPS || readGroups();
    }

    private boolean readGroups() {
        if (left() < 2 || number(2) != left() || left() % 2 != 0) {
            return false;
        }
        while (at < end) {
            postQuantum |= number(2) == X25519_MLKEM768;
        }
        return true;
    }

    private boolean readServerNames() {
        if (left() < 2 || number(2) != left() || left() == 0) {
            return false;
        }
        boolean hasHost = false;
        while (at < end) {
            if (left() < 3) {
                return false;
            }
            int type = number(1);
            int length = number(2);
            boolean again = hasHost && type == HOST_NAME;
            if (length == 0 || length > left() || again) {
                return false;
            }
            if (type == HOST_NAME) {
                hasHost = true;
                String name = HostName.dnsName(ClientHelloReader.latin1(bytes, at, length));
                serverName = name == null ? "" : name;
                malformedName = name == null;
            }
            at += length;
        }
        return true;
    }

    private boolean readProtocols() {
        if (left() < 2 || number(2) != left() || left() == 0) {
            return false;
        }
        while (at < end) {
            int length = number(1);
            if (length == 0 || length > left()) {
                return false;
            }
            if (isPrintable(at, length)) { // browsers mix in bytes that are none, on purpose
                alpn.add(ClientHelloReader.latin1(bytes, at, length));
            }
            at += length;
        }
        return true;
    }

    private boolean isPrintable(int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (bytes[i] <= 0x20 || bytes[i] >= 0x7f) {
                return false;
            }
        }
        return true;
    }

    private boolean skip(int length) {
        at += length;
        return at <= end;
    }

    private int left() {
        return end - at;
    }

    private int number(int size) {
        int value = 0;
        for (int i = 0; i < size; i++) {
            value = value << 8 | (bytes[at++] & 0xff);
        }
        return value;
    }
}
