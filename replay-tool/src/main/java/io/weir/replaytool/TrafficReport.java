package io.weir.replaytool;

import io.weir.eventbus.ExchangeCompleted;
import io.weir.replaytool.traffic.Difference;
import io.weir.replaytool.traffic.Sent;
import io.weir.replaytool.traffic.Summary;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.JsonGenerator;

/** Prints what became of each request that was sent again, and the sum. One thread at a time. */
final class TrafficReport {
    private static final long SAY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final CommandOutput out;
    private final PrintWriter errors;
    private final TrafficOptions options;
    private final long recorded;
    private final boolean isWatched = ProgressLine.isWatched();
    private final Summary summary = new Summary();
    private long seen;
    private long saidNanos = System.nanoTime();

    TrafficReport(CommandOutput out, PrintWriter errors, TrafficOptions options, long recorded) {
        this.out = out;
        this.errors = errors;
        this.options = options;
        this.recorded = recorded;
    }

    void add(Sent sent) {
        summary.add(sent);
        seen++;
        if (options.isJson()) {
            json(sent);
        } else if (options.isAll() || (sent.skip().isEmpty() && !sent.isSame())) {
            text(sent);
        }
        long now = System.nanoTime();
        if (isWatched && now - saidNanos > SAY_NANOS) {
            saidNanos = now;
            errors.print("\r" + Figures.exact(seen) + " of " + Figures.exact(recorded) + " exchanges ");
            errors.flush();
        }
    }

    private void text(Sent sent) {
        ExchangeCompleted it = sent.recording().exchange();
        String what = "#" + sent.recording().sequence() + " " + it.method() + " " + it.url();
        if (sent.skip().isPresent()) {
            out.println(TerminalText.escape(
                    what + "  not sent: " + sent.skip().get().text()));
        } else if (!sent.failure().isEmpty()) {
            out.println(TerminalText.escape(what + "  failed: " + sent.failure()));
        } else {
            out.println(TerminalText.escape(what + (sent.isSame() ? "  same" : "")));
        }
        for (Difference each : sent.differences()) {
            String name = each.name().isEmpty() ? each.kind() : each.kind() + " " + each.name();
            out.println(
                    TerminalText.escape("    " + name + ": " + shown(each.recorded()) + " -> " + shown(each.found())));
        }
    }

    private static String shown(String value) {
        return value.isEmpty() ? "none" : value;
    }

    private void json(Sent sent) {
        ExchangeCompleted it = sent.recording().exchange();
        JsonGenerator json = Json.to(out);
        json.writeStartObject();
        json.writeNumberProperty("sequence", sent.recording().sequence());
        json.writeStringProperty("method", it.method());
        json.writeStringProperty("url", it.url());
        if (sent.skip().isPresent()) {
            json.writeStringProperty("skipped", sent.skip().get().toString());
        } else {
            json.writeNumberProperty("status", sent.status());
            json.writeNumberProperty("lateMicros", sent.lateMicros());
            json.writeNumberProperty("micros", sent.micros());
            json.writeNumberProperty("recordedMicros", it.times().lastByteMicros());
            if (!sent.failure().isEmpty()) {
                json.writeStringProperty("failed", sent.failure());
            }
            json.writeArrayPropertyStart("differences");
            for (Difference each : sent.differences()) {
                json.writeStartObject();
                json.writeStringProperty("kind", each.kind());
                json.writeStringProperty("name", each.name());
                json.writeStringProperty("recorded", each.recorded());
                json.writeStringProperty("found", each.found());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }

    /** Prints the sum. Answers the exit status. */
    int end() {
        long missing = recorded - seen;
        if (isWatched) {
            errors.print("\r");
        }
        if (options.isJson()) {
            jsonSum(missing);
        } else {
            textSum(missing);
        }
        out.flush();
        boolean isGood = summary.different() == 0 && summary.failed() == 0 && missing == 0;
        return isGood ? ExitStatus.OK : ExitStatus.VIOLATED;
    }

    private void textSum(long missing) {
        line("recorded", recorded, "");
        line("sent", summary.sent(), "");
        line("same", summary.same(), "");
        line("different", summary.different(), summary.differing().isEmpty() ? "" : "  " + summary.differing());
        line("failed", summary.failed(), "");
        summary.skipped().forEach((why, count) -> line("not sent", count, "  " + why.text()));
        line("missing", missing, "");
        out.println(String.format(
                Locale.ROOT,
                "late         median %.1f ms, 99 %% %.1f ms, at most %.1f ms",
                summary.lateMicros(0.5) / 1e3,
                summary.lateMicros(0.99) / 1e3,
                summary.lateMicros(1) / 1e3));
    }

    private void line(String name, long count, String more) {
        out.println(String.format(Locale.ROOT, "%-10s %,10d%s", name, count, more));
    }

    private void jsonSum(long missing) {
        JsonGenerator json = Json.to(out);
        json.writeStartObject();
        json.writeNumberProperty("recorded", recorded);
        json.writeNumberProperty("sent", summary.sent());
        json.writeNumberProperty("same", summary.same());
        json.writeNumberProperty("different", summary.different());
        json.writeNumberProperty("failed", summary.failed());
        json.writeNumberProperty("missing", missing);
        json.writeObjectPropertyStart("skipped");
        summary.skipped().forEach((why, count) -> json.writeNumberProperty(why.toString(), count));
        json.writeEndObject();
        json.writeObjectPropertyStart("differing");
        summary.differing().forEach(json::writeNumberProperty);
        json.writeEndObject();
        json.writeNumberProperty("lateMicrosMedian", summary.lateMicros(0.5));
        json.writeNumberProperty("lateMicrosMost", summary.lateMicros(1));
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }
}
