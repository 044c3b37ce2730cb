package io.weir.benchmarks.load;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Says in Markdown how a Weir fared: medians of the first, the middle and the last third, so that growth shows. */
final class SoakReport {
    private static final int PARTS = 3;
    private static final double BYTES_PER_MIB = 1 << 20;

    private final List<SoakSample> samples;
    private final StringBuilder text = new StringBuilder();

    SoakReport(List<SoakSample> samples) {
        this.samples = samples;
    }

    String table() {
        text.append("| median of | first third | middle | last third |\n| --- | --- | --- | --- |\n");
        row("live heap at its end, MiB", sample -> mib(sample.liveHeap()), true);
        row("heap after young collections, MiB", sample -> mib(sample.heap()), false);
        row("direct buffers, MiB", sample -> mib(sample.direct()), false);
        row("resident memory, MiB", sample -> mib(sample.resident()), false);
        row("open files", SoakSample::files, false);
        row("of these, ends of pipes", SoakSample::pipes, false);
        row("threads", SoakSample::threads, false);
        row("open sessions", SoakSample::open, false);
        row("sessions so far", SoakSample::sessions, false);
        row("journal, MiB", sample -> mib(sample.journal()), false);
        return text.toString();
    }

    private static double mib(long bytes) {
        return bytes < 0 ? -1 : bytes / BYTES_PER_MIB;
    }

    private void row(String name, ToDoubleFunction<SoakSample> measure, boolean isLastOnly) {
        text.append("| ").append(name);
        for (int part = 0; part < PARTS; part++) {
            List<Double> values =
                    samples.subList(samples.size() * part / PARTS, samples.size() * (part + 1) / PARTS).stream()
                            .map(measure::applyAsDouble)
                            .filter(value -> value >= 0)
                            .toList();
            text.append(" | ").append(cell(values, isLastOnly));
        }
        text.append(" |\n");
    }

    private static String cell(List<Double> values, boolean isLastOnly) {
        if (values.isEmpty()) {
            return "–";
        }
        return String.format(
                Locale.ROOT,
                "%,.1f",
                isLastOnly ? values.get(values.size() - 1) : Spread.of(values).median());
    }
}
