package io.weir.benchmarks.load;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What to do, as the command line says. Immutable.
 *
 * @param proxy where the proxy listens, on loopback; null to go to the origin directly, which measures the driver itself
 * @param clients how many work at the same time, a connection each
 * @param operations how many transfers, connections or requests in all
 * @param bytes how much each of them moves
 * @param limit after which the rest is given up
 * @param pid the proxy's process, whose CPU time is measured; 0 for none
 */
record LoadOptions(
        Scenario scenario,
        @Nullable InetSocketAddress proxy,
        int clients,
        int operations,
        long bytes,
        Duration limit,
        long pid) {
    static final String USAGE = """
            usage: LoadDriver --scenario=down|up|connect|keep-alive [--proxy=127.0.0.1:8080] [--clients=8]
                              [--operations=64] [--bytes=16777216] [--limit-seconds=60] [--pid=PID]

              down        each operation is a tunnel through which the origin sends that many bytes
              up          each operation is a tunnel through which a client sends that many bytes
              connect     each operation is a tunnel that is opened, used for one byte, and closed
              keep-alive  each operation is a GET with a body of that many bytes, on connections that are kept

            Without --proxy the clients go to the origin directly. Exit status: 0 every byte arrived, 1 not,
            64 wrong usage.
            """;

    private static final Set<String> KEYS =
            Set.of("scenario", "proxy", "clients", "operations", "bytes", "limit-seconds", "pid");

    LoadOptions {
        if (proxy != null && !proxy.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException("--proxy: " + proxy + " is not a loopback address");
        }
        require(clients >= 1 && clients <= 2_000, "--clients: from 1 to 2000");
        require(operations >= 1, "--operations: from 1 on");
        require(bytes >= 1 && bytes <= 1L << 40, "--bytes: from 1 to 2^40");
        require(limit.toSeconds() >= 1 && limit.toHours() < 1, "--limit-seconds: from 1 to 3599");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException if it says something else than {@link #USAGE}
     */
    static LoadOptions parse(String[] args) {
        Map<String, String> given = new HashMap<>();
        for (String arg : args) {
            int equals = arg.indexOf('=');
            require(arg.startsWith("--") && equals > 0, "not understood: " + arg);
            String key = arg.substring(2, equals);
            require(KEYS.contains(key), "not understood: " + arg);
            given.put(key, arg.substring(equals + 1));
        }
        String proxy = given.get("proxy");
        return new LoadOptions(
                scenario(given.getOrDefault("scenario", "")),
                proxy == null ? null : address(proxy),
                Math.toIntExact(number(given, "clients", 8)),
                Math.toIntExact(number(given, "operations", 64)),
                number(given, "bytes", 16 << 20),
                Duration.ofSeconds(number(given, "limit-seconds", 60)),
                number(given, "pid", 0));
    }

    private static Scenario scenario(String name) {
        return Arrays.stream(Scenario.values())
                .filter(each -> each.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("--scenario: no such scenario: " + name));
    }

    private static InetSocketAddress address(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        require(colon > 0, "--proxy: HOST:PORT, not " + hostAndPort);
        try {
            InetAddress host = InetAddress.getByName(hostAndPort.substring(0, colon));
            return new InetSocketAddress(host, Integer.parseInt(hostAndPort.substring(colon + 1)));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("--proxy: " + hostAndPort + ": " + e.getMessage(), e);
        }
    }

    private static long number(Map<String, String> given, String key, long otherwise) {
        String value = given.get(key);
        return value == null ? otherwise : Long.parseLong(value);
    }

    /** What is measured. */
    enum Scenario {
        DOWN,
        UP,
        CONNECT,
        KEEP_ALIVE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
