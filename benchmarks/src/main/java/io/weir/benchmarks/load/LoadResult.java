package io.weir.benchmarks.load;

import java.net.InetSocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What came of a run. Immutable.
 *
 * @param seconds from the first connection to the last byte
 * @param cpuSeconds of the proxy's process meanwhile, user and system; negative if it was not measured
 * @param failure what went wrong first; null if all operations were completed to the byte
 */
record LoadResult(
        LoadOptions options,
        Moved moved,
        double seconds,
        double cpuSeconds,
        @Nullable String failure) {
    boolean isExact() {
        return failure == null && moved.operations() == options.operations();
    }

    /** One line of JSON. */
    String toJson() {
        InetSocketAddress at = options.proxy();
        String proxy = at == null ? "direct" : at.getAddress().getHostAddress() + ":" + at.getPort();
        return "{\"scenario\":" + quoted(options.scenario().toString())
                + ",\"proxy\":" + quoted(proxy)
                + ",\"clients\":" + options.clients()
                + ",\"operations\":" + options.operations()
                + ",\"bytes\":" + options.bytes()
                + ",\"completed\":" + moved.operations()
                + ",\"exact\":" + isExact()
                + ",\"up\":" + moved.up()
                + ",\"down\":" + moved.down()
                + ",\"overheadUp\":" + moved.overheadUp()
                + ",\"overheadDown\":" + moved.overheadDown()
                + ",\"seconds\":" + rounded(seconds)
                + ",\"cpuSeconds\":" + (cpuSeconds < 0 ? "null" : rounded(cpuSeconds))
                + ",\"failure\":" + (failure == null ? "null" : quoted(failure))
                + "}";
    }

    private static String rounded(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static String quoted(String text) {
        var json = new StringBuilder("\"");
        text.chars().forEach(each -> {
            if (each == '"' || each == '\\') {
                json.append('\\').append((char) each);
            } else if (each < 0x20 || each > 0x7E) {
                json.append(String.format(Locale.ROOT, "\\u%04x", each));
            } else {
                json.append((char) each);
            }
        });
        return json.append('"').toString();
    }
}
