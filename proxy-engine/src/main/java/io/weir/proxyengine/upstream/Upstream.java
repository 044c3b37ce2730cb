package io.weir.proxyengine.upstream;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One upstream, as it was configured. Immutable.
 *
 * @param name what rules, metrics and people call it
 * @param host a name or an address, without brackets
 * @param credentials the file with user and password, one line of {@code user:password}; null if there are none
 * @param tls how TLS is spoken with it; {@link UpstreamTls#USUAL} for kinds without TLS
 * @param check how often it is looked at when nobody uses it
 */
public record Upstream(
        String name,
        UpstreamKind kind,
        String host,
        int port,
        @Nullable Path credentials,
        UpstreamTls tls,
        Duration check) {
    /** How often it is looked at if nothing is said. */
    public static final Duration CHECK = Duration.ofSeconds(30);

    /** Stands for no upstream, where the name of one may stand. */
    public static final String DIRECT = "direct";

    /** What a name is. */
    public static final String NAME_EXPECTED =
            "a name has 1 to 64 letters, digits, '.', ':', '_', '-' and brackets, and is not " + DIRECT;

    /** With nothing but the usual. */
    public static Upstream of(String name, UpstreamKind kind, String host, int port) {
        return new Upstream(name, kind, host, port, null, UpstreamTls.USUAL, CHECK);
    }

    /** With a file of user and password. */
    public Upstream with(Path credentialsFile) {
        return new Upstream(name, kind, host, port, credentialsFile, tls, check);
    }

    /** With other TLS. */
    public Upstream with(UpstreamTls other) {
        return new Upstream(name, kind, host, port, credentials, other, check);
    }

    /** Looked at so often. */
    public Upstream checkedEach(Duration interval) {
        return new Upstream(name, kind, host, port, credentials, tls, interval);
    }

    /** Whether it may be a name of an upstream or a group. */
    public static boolean isName(String text) {
        return text.matches("[A-Za-z0-9._:\\[\\]-]{1,64}") && !text.equals(DIRECT);
    }

    /** Where it is, as people write it. */
    public String address() {
        return (host.indexOf(':') >= 0 ? '[' + host + ']' : host) + ':' + port;
    }

    /** The same with its kind; no secrets. */
    public String url() {
        return kind.scheme() + "://" + address();
    }

    /** What is wrong with it. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        if (!isName(name)) {
            faults.add("'" + name + "' is no name for an upstream: " + NAME_EXPECTED);
        }
        if (host.isEmpty() || port < 1 || port > 65_535) {
            faults.add("upstream " + name + " needs a host and a port from 1 to 65535");
        }
        if (kind != UpstreamKind.HTTPS && !tls.equals(UpstreamTls.USUAL)) {
            faults.add("upstream " + name + " has settings of TLS and does not speak it: it is for " + kind.scheme());
        }
        if ((tls.certificate() == null) != (tls.key() == null)) {
            faults.add("upstream " + name + " needs both, client-cert=FILE and client-key=FILE, or neither");
        }
        if (tls.insecure() && tls.ca() != null) {
            faults.add("upstream " + name + " has a ca, and insecure=true, which does not look at it: say one of them");
        }
        if (check.toMillis() < 100) {
            faults.add("upstream " + name + " is checked too often: each 100ms at most");
        }
        return faults;
    }
}
