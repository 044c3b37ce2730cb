package io.weir.benchmarks.load;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code soak}: minutes of everything at once against one Weir, watched all the time and audited at the end. */
@Command(
        name = "soak",
        description = "Minutes of bulk, ping-pong, connects, requests and resets against one Weir; what it holds in the"
                + " first, middle and last third, and whether every byte is in the ledger.")
final class SoakCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ArenaOptions options = new ArenaOptions();

    @Option(
            names = "--minutes",
            paramLabel = "N",
            defaultValue = "${env:MINUTES:-10}",
            description = "How long (MINUTES, or 10).")
    private double minutes;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "64",
            description = "Clients at the same time, of all kinds together (${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--sample",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long from one look at Weir to the next (${DEFAULT-VALUE}).")
    private double every;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Contest contest = contest();
        Peer weir = options.weir();
        try (Arena arena = options.open();
                PrintWriter raw = options.raw()) {
            arena.start(weir);
            RunningProxy proxy = arena.proxy(weir);
            if (proxy == null) {
                throw new IllegalStateException("just started");
            }
            try (var watch = new SoakWatch(
                    new SoakSampler(
                            proxy, RunningProxy.gatewayPort(proxy.address().getPort())),
                    RunCommand.duration(every),
                    contest.options().seconds(),
                    raw)) {
                Outcome outcome = arena.run(contest, weir);
                raw.println(outcome.toJson(1));
                return report(outcome, watch.samples());
            }
        }
    }

    private Contest contest() {
        try {
            LoadOptions load = LoadOptions.of(Scenario.MIXED, connections)
                    .lasting(Duration.ZERO, RunCommand.duration(minutes * 60));
            return new Contest("mixed-" + connections, load);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private int report(Outcome outcome, List<SoakSample> samples) {
        LoadResult result = outcome.result();
        PrintWriter out = commandLine().getOut();
        out.print(new SoakReport(samples).table());
        out.printf(
                Locale.ROOT,
                "%nIn %.0f s: %,d operations, %,.1f GB of payload, %,d connections, %d errors%s. Audit: %s.%n%s%n",
                result.cost().seconds(),
                result.all().operations(),
                result.all().payload() / 1e9,
                result.all().connects(),
                result.errors(),
                result.firstError() == null ? "" : " (" + result.firstError() + ")",
                outcome.exactness(),
                Machine.description());
        out.flush();
        return outcome.isExact() && !outcome.hasFailed() ? 0 : ExitStatus.FAILED;
    }

    private CommandLine commandLine() {
        if (spec == null) {
            throw new IllegalStateException("not made by picocli");
        }
        return spec.commandLine();
    }
}
