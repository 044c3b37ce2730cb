package io.weir.benchmarks.load;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of a run. Immutable, except that nobody is to change the histogram.
 *
 * @param measured what was done in the time that was measured
 * @param total what was done in all, warm-up and end included, by kind of client: what a ledger must agree with
 * @param latencies of the operations that were completed since the warm-up, in nanoseconds
 * @param missed operations that were due at the rate that was asked for, and never started
 * @param trouble why the run as a whole failed; null if it did not
 */
record LoadResult(
        LoadOptions options,
        Moved measured,
        Map<Staff.Kind, Moved> total,
        Histogram latencies,
        long missed,
        Cost cost,
        @Nullable String trouble) {
    private static final double BYTES_PER_GB = 1e9;

    /** Of all kinds. */
    Moved all() {
        return total.values().stream().reduce(Moved.NOTHING, Moved::plus);
    }

    /** Of all kinds that end their connections in order. */
    Moved orderly() {
        return total.entrySet().stream()
                .filter(each -> each.getKey() != Staff.Kind.RESET)
                .map(Map.Entry::getValue)
                .reduce(Moved.NOTHING, Moved::plus);
    }

    Moved resets() {
        return total.getOrDefault(Staff.Kind.RESET, Moved.NOTHING);
    }

    long errors() {
        return all().errors() + (trouble == null ? 0 : 1);
    }

    /** What went wrong first; null if nothing did. */
    @Nullable String firstError() {
        return trouble == null ? all().firstError() : trouble;
    }

    double operationsPerSecond() {
        return measured.operations() / cost.seconds();
    }

    /** Payload of both directions, in 10^9 bytes. */
    double gigabytesPerSecond() {
        return measured.payload() / BYTES_PER_GB / cost.seconds();
    }

    /** The proxy's; negative if it was not measured. */
    double cpuSecondsPerGigabyte() {
        return measured.payload() == 0 ? -1 : cost.proxyCpuSeconds() / (measured.payload() / BYTES_PER_GB);
    }

    /** The proxy's; negative if it was not measured. */
    double cpuMicrosPerOperation() {
        return measured.operations() == 0 ? -1 : cost.proxyCpuSeconds() * 1e6 / measured.operations();
    }

    /** By which the proxy grew for each client. */
    long residentBytesPerConnection() {
        return Math.round((cost.residentBytes() - cost.residentBytesBefore()) / (double) options.connections());
    }

    /** What other processes took of the machine: 0 to 1. */
    double foreignShare() {
        double own = cost.driverCpuSeconds() + Math.max(0, cost.proxyCpuSeconds());
        double all = cost.seconds() * Runtime.getRuntime().availableProcessors();
        return Math.max(0, cost.machineBusySeconds() - own) / all;
    }

    /** Ready for a line of JSON. */
    Map<String, @Nullable Object> toMap() {
        InetSocketAddress at = options.proxy();
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("scenario", options.scenario().toString());
        map.put("proxy", at == null ? "direct" : at.getAddress().getHostAddress() + ":" + at.getPort());
        map.put("connections", options.connections());
        map.put("size", options.scenario().isBulk() ? options.pieceBytes() : options.size());
        map.put("requestBody", options.requestBody());
        map.put("rate", options.rate());
        map.put("seconds", cost.seconds());
        map.put("operations", measured.operations());
        map.put("opsPerSecond", operationsPerSecond());
        map.put("gbPerSecond", gigabytesPerSecond());
        map.put("latencyMicros", latencyMap());
        map.put("missed", missed);
        map.put("total", map(all()));
        if (total.size() > 1) {
            Map<String, @Nullable Object> kinds = new LinkedHashMap<>();
            total.forEach((kind, moved) -> kinds.put(kind.toString(), map(moved)));
            map.put("kinds", kinds);
        }
        map.put("errors", errors());
        map.put("firstError", firstError());
        if (options.pid() != 0) {
            map.put("cpuSeconds", cost.proxyCpuSeconds());
            map.put("cpuSecondsPerGb", cpuSecondsPerGigabyte());
            map.put("cpuMicrosPerOp", cpuMicrosPerOperation());
            map.put("rssBytes", cost.residentBytes());
            map.put("rssBytesPerConnection", residentBytesPerConnection());
            map.put("files", cost.files());
        }
        map.put("driverCpuSeconds", cost.driverCpuSeconds());
        map.put("foreignShare", foreignShare());
        return map;
    }

    private Map<String, @Nullable Object> latencyMap() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("count", latencies.count());
        map.put("p50", latencies.percentile(0.5) / 1e3);
        map.put("p99", latencies.percentile(0.99) / 1e3);
        map.put("p999", latencies.percentile(0.999) / 1e3);
        map.put("max", latencies.greatest() / 1e3);
        return map;
    }

    private static Map<String, @Nullable Object> map(Moved moved) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("operations", moved.operations());
        map.put("up", moved.up());
        map.put("down", moved.down());
        map.put("overheadUp", moved.overheadUp());
        map.put("overheadDown", moved.overheadDown());
        map.put("connects", moved.connects());
        return map;
    }
}
