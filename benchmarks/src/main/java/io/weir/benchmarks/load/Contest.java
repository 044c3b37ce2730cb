package io.weir.benchmarks.load;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What proxies are compared by. Immutable.
 *
 * @param name {@code SCENARIO-CONNECTIONS[-SIZE]}, as in {@code down-64} or {@code http-64-64k}
 */
record Contest(String name, LoadOptions options) {
    private static final Pattern NAME = Pattern.compile("([a-z][a-z0-9]*)-(\\d{1,7})(?:-(\\d{1,9})([km]?))?");
    private static final int SOURCES_FOR_MANY = 4;
    private static final int MANY = 4000;

    /** Names without the number of connections. */
    private static final Map<String, String> SHORT_NAMES = Map.of(
            "mitm-1k",
            "mitm-64-1k",
            "mitm-64k",
            "mitm-64-64k",
            "mitm-h2-1k",
            "h2-16-1k",
            "mitm-handshake",
            "handshake-16");

    /**
     * Reads a name.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Contest parse(String name) {
        Matcher parts = NAME.matcher(SHORT_NAMES.getOrDefault(name, name));
        if (!parts.matches()) {
            throw new IllegalArgumentException("no scenario: " + name + " (SCENARIO-CONNECTIONS[-SIZE], as down-64)");
        }
        Scenario scenario;
        try {
            scenario = Scenario.valueOf(parts.group(1).toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("no scenario: " + name, e);
        }
        int connections = Integer.parseInt(parts.group(2));
        long size = parts.group(3) == null ? 0 : Long.parseLong(parts.group(3)) * unit(parts.group(4));
        LoadOptions options = LoadOptions.of(scenario, connections).sized(size, 0);
        boolean isManyPorts = scenario == Scenario.CONNECT || scenario == Scenario.HANDSHAKE || connections >= MANY;
        return new Contest(name, isManyPorts ? options.from(SOURCES_FOR_MANY) : options);
    }

    private static long unit(String letter) {
        return switch (letter) {
            case "k" -> 1 << 10;
            case "m" -> 1 << 20;
            default -> 1;
        };
    }

    /** In words. */
    String title() {
        int count = options.connections();
        String tunnels = count == 1 ? "1 tunnel" : String.format(Locale.ROOT, "%,d tunnels", count);
        String text = switch (options.scenario()) {
            case DOWN -> "bulk down, " + tunnels;
            case UP -> "bulk up, " + tunnels;
            case BOTH -> "bulk both ways, " + tunnels;
            case PING -> "ping-pong of " + options.messageBytes() + " bytes, " + tunnels;
            case CONNECT -> "tunnel opened, used for a byte, closed; " + count + " at a time";
            case IDLE -> String.format(Locale.ROOT, "%,d idle tunnels", count);
            case HTTP -> "HTTP, " + size(options.responseBytes()) + " body, " + count + " connections";
            case MITM -> "intercepted, " + size(options.responseBytes()) + " body, " + count + " connections";
            case H2 ->
                "intercepted HTTP/2, " + size(options.responseBytes()) + " body, " + count + " connections of "
                        + LoadOptions.STREAMS + " streams";
            case HANDSHAKE ->
                "intercepted anew for each request of " + size(options.responseBytes()) + "; " + count + " at a time";
            case MIXED -> "all together, " + count + " clients";
        };
        return options.rate() == 0 ? text : text + String.format(Locale.ROOT, ", %,.0f/s", options.rate());
    }

    private static String size(long bytes) {
        return bytes % 1024 == 0 ? bytes / 1024 + " KiB" : bytes + " bytes";
    }

    /** What it costs the proxy, in {@link #costUnit()}. */
    double cost(LoadResult result) {
        return switch (options.scenario()) {
            case DOWN, UP, BOTH, MIXED -> result.cpuSecondsPerGigabyte();
            case IDLE -> result.residentBytesPerConnection();
            case PING, CONNECT, HTTP, MITM, H2, HANDSHAKE -> result.cpuMicrosPerOperation();
        };
    }

    String costUnit() {
        return switch (options.scenario()) {
            case DOWN, UP, BOTH, MIXED -> "CPU-s/GB";
            case IDLE -> "bytes of memory/tunnel";
            case PING -> "CPU-µs/round trip";
            case CONNECT -> "CPU-µs/tunnel";
            case HTTP, MITM, H2, HANDSHAKE -> "CPU-µs/request";
        };
    }

    /** How much was done in a second, in {@link #rateUnit()}. */
    double rate(LoadResult result) {
        return options.scenario().isBulk() ? result.gigabytesPerSecond() : result.operationsPerSecond();
    }

    String rateUnit() {
        return switch (options.scenario()) {
            case DOWN, UP, BOTH -> "GB/s";
            case PING -> "round trips/s";
            case CONNECT -> "tunnels/s";
            case HTTP, MITM, H2, HANDSHAKE -> "requests/s";
            case IDLE, MIXED -> "operations/s";
        };
    }

    Contest with(LoadOptions other) {
        return new Contest(name, other);
    }
}
