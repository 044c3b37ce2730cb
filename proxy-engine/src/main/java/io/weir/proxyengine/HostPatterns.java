package io.weir.proxyengine;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The hosts that a list names, such as those to intercept. Immutable; any thread.
 *
 * <table>
 * <caption>Patterns, each of which may end in {@code :port}; without, any port is meant</caption>
 * <tr><td>{@code *}, {@code all}</td><td>every host</td></tr>
 * <tr><td>{@code example.com}</td><td>that host</td></tr>
 * <tr><td>{@code *.example.com}</td><td>any host below it, however deep, but not itself</td></tr>
 * <tr><td>{@code .example.com}</td><td>itself and any host below it</td></tr>
 * <tr><td>{@code 192.0.2.1}, {@code [2001:db8::1]}</td><td>that address, however it is written</td></tr>
 * </table>
 *
 * <p>Case and a dot at the end make no difference. A name is not looked up: {@code 192.0.2.1} does not match a host that has that address.
 */
public final class HostPatterns {
    /** Matches nothing. */
    public static final HostPatterns NONE = new HostPatterns(List.of());

    private static final String EXPECTED =
            "expected example.com, *.example.com (below it), .example.com (it and below), an address such as 192.0.2.1 or [2001:db8::1],"
                    + " or * (every host), each perhaps with a port, as in *:443";
    private static final int SHOWN_CHARS = 80;

    private final List<String> canonical;
    private final HostTable table = new HostTable();
    private final boolean matchesNames;

    private HostPatterns(List<Pattern> patterns) {
        var names = new TreeSet<String>();
        for (Pattern pattern : patterns) {
            table.add(pattern.name, pattern.itself, pattern.below, pattern.port);
            names.add(pattern.toString());
        }
        canonical = List.copyOf(names);
        matchesNames = patterns.stream().anyMatch(pattern -> !isAddress(pattern.name));
    }

    /**
     * One pattern.
     *
     * @param name in lower case, without a dot at the end; empty for every host
     * @param port 0 for any
     */
    private record Pattern(String name, boolean itself, boolean below, int port) {
        @Override
        public String toString() {
            String host = name.indexOf(':') >= 0 ? '[' + name + ']' : name;
            String prefix = !below ? "" : name.isEmpty() ? "*" : itself ? "." : "*.";
            return prefix + host + (port == 0 ? "" : ":" + port);
        }
    }

    /**
     * Parses.
     *
     * @throws EngineException naming every pattern that is none, and what would do
     */
    public static HostPatterns parse(List<String> patterns) {
        var parsed = new ArrayList<Pattern>();
        var faults = new ArrayList<String>();
        for (String text : patterns) {
            Pattern pattern = parse(text.strip());
            if (pattern == null) {
                faults.add(shown(text));
            } else {
                parsed.add(pattern);
            }
        }
        if (!faults.isEmpty()) {
            String subject = faults.size() == 1 ? "not a pattern of hosts: " : "not patterns of hosts: ";
            throw new EngineException(subject + String.join(", ", faults) + "; " + EXPECTED);
        }
        return parsed.isEmpty() ? NONE : new HostPatterns(parsed);
    }

    private static @Nullable Pattern parse(String text) {
        int colon = text.lastIndexOf(':');
        boolean hasPort = colon >= 0 && text.indexOf(']', colon) < 0;
        int port = 0;
        if (hasPort) {
            Authority read = Authority.parse("a" + text.substring(colon), 0); // the port, as strictly as a request's
            if (read == null) {
                return null;
            }
            port = read.port();
        }
        String host = hasPort ? text.substring(0, colon) : text;
        if (host.equals("*") || host.equalsIgnoreCase("all")) {
            return new Pattern("", true, true, port);
        }
        boolean subdomains = host.startsWith("*.");
        boolean both = host.startsWith(".");
        String name = name(host.substring(subdomains ? 2 : both ? 1 : 0));
        if (name == null || ((subdomains || both) && isAddress(name))) {
            return null;
        }
        return new Pattern(name, !subdomains, subdomains || both, port);
    }

    private static @Nullable String name(String host) {
        Authority read = host.indexOf(':') < 0 || host.endsWith("]") ? Authority.parse(host, 1) : null;
        if (read == null) {
            return null;
        }
        return read.isIpv6() ? canonicalAddress(read.host()) : withoutLastDot(read.host());
    }

    private static boolean isAddress(String name) {
        return NetUtil.createInetAddressFromIpAddressString(name) != null;
    }

    private static String withoutLastDot(String host) {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    /** The one way to write an IPv6 address (RFC 5952); an IPv4 address inside one is that IPv4 address. */
    private static String canonicalAddress(String ipv6) {
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(ipv6);
        return address == null ? ipv6.toLowerCase(Locale.ROOT) : NetUtil.toAddressString(address);
    }

    private static String shown(String text) {
        var shown = new StringBuilder("\"");
        for (int i = 0; i < Math.min(text.length(), SHOWN_CHARS); i++) {
            char c = text.charAt(i);
            shown.append(Character.isISOControl(c) ? '?' : c);
        }
        return shown.append(text.length() > SHOWN_CHARS ? "…\"" : "\"").toString();
    }

    /**
     * Whether a pattern names the host. Allocates nothing, but for an IPv6 address.
     *
     * @param host in any case; an IPv6 address with or without its brackets
     */
    public boolean matches(String host, int port) {
        if (canonical.isEmpty()) {
            return false;
        }
        if (host.indexOf(':') >= 0) {
            boolean brackets = host.startsWith("[") && host.endsWith("]");
            String address = canonicalAddress(brackets ? host.substring(1, host.length() - 1) : host);
            return table.matches(address, address.length(), port);
        }
        return table.matches(host, host.endsWith(".") ? host.length() - 1 : host.length(), port);
    }

    /** Whether it matches anything but addresses. */
    boolean matchesNames() {
        return matchesNames;
    }

    /** Whether it matches nothing. */
    public boolean isEmpty() {
        return canonical.isEmpty();
    }

    /** The patterns, each once, sorted and as they would best be written; such a text, split at the commas, parses to the same. */
    @Override
    public String toString() {
        return String.join(", ", canonical);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HostPatterns patterns && canonical.equals(patterns.canonical);
    }

    @Override
    public int hashCode() {
        return canonical.hashCode();
    }
}
