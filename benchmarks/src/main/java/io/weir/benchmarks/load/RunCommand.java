package io.weir.benchmarks.load;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code run}: puts one load on one proxy, once, and prints a line of JSON. */
@Command(
        name = "run",
        description = "Puts a load on a proxy that runs already, once, and prints what came of it as a line of JSON.",
        sortOptions = false)
final class RunCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "SCENARIO", description = "One of: ${COMPLETION-CANDIDATES}")
    private Scenario scenario = Scenario.DOWN;

    @Option(names = "--proxy", paramLabel = "HOST:PORT", description = "On loopback. Without it: no proxy.")
    private @Nullable String proxy;

    @Option(names = "--pid", description = "The proxy's process, to measure what it takes.")
    private long pid;

    @Option(names = "--origin-port", description = "Of a running 'origin'. Without it one is started.")
    private int originPort;

    @Option(names = "--connections", paramLabel = "N", defaultValue = "64", description = "(${DEFAULT-VALUE})")
    private int connections;

    @Option(names = "--size", paramLabel = "BYTES", description = "Of a piece, a message or a response's body.")
    private long size;

    @Option(names = "--body", paramLabel = "BYTES", description = "Send requests with a body of so many bytes.")
    private long body;

    @Option(names = "--warm-up", paramLabel = "SECONDS", defaultValue = "1", description = "(${DEFAULT-VALUE})")
    private double warmUp;

    @Option(names = "--seconds", defaultValue = "3", description = "How long to measure (${DEFAULT-VALUE})")
    private double seconds;

    @Option(
            names = "--rate",
            paramLabel = "OPS",
            description = "Operations due each second, at fixed times from which latencies count.")
    private double rate;

    @Option(names = "--verify", description = "Compare bulk data with what was sent, and don't only count them.")
    private boolean isVerified;

    @Option(names = "--threads", paramLabel = "N", description = "Event loops (half of the cores).")
    private int threads = LoadOptions.halfOfTheCores();

    @Option(names = "--targets", paramLabel = "N", description = "Addresses of the origin (${DEFAULT-VALUE}).")
    private int targets = LoadOptions.TARGETS;

    @Option(
            names = "--credentials",
            paramLabel = "USER:PASSWORD",
            defaultValue = "",
            description = "Shown to the proxy.")
    private String credentials = "";

    @Option(names = "--sources", paramLabel = "N", description = "Addresses of the clients (${DEFAULT-VALUE}).")
    private int sources = 1;

    @Override
    public Integer call() throws IOException, InterruptedException {
        LoadResult result = LoadRun.run(options());
        PrintWriter out = commandLine().getOut();
        out.println(Json.line(result.toMap()));
        out.flush();
        return result.errors() == 0 ? 0 : ExitStatus.FAILED;
    }

    private LoadOptions options() {
        try {
            return new LoadOptions(
                    scenario,
                    proxy == null ? null : address(proxy),
                    originPort,
                    connections,
                    size,
                    body,
                    duration(warmUp),
                    duration(seconds),
                    rate,
                    isVerified,
                    threads,
                    targets,
                    sources,
                    pid,
                    credentials);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    static Duration duration(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1e3));
    }

    private static InetSocketAddress address(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("--proxy: HOST:PORT, not " + hostAndPort);
        }
        try {
            InetAddress host = InetAddress.getByName(hostAndPort.substring(0, colon));
            return new InetSocketAddress(host, Integer.parseInt(hostAndPort.substring(colon + 1)));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("--proxy: " + hostAndPort + ": " + e.getMessage(), e);
        }
    }

    private picocli.CommandLine commandLine() {
        if (spec == null) {
            throw new IllegalStateException("not made by picocli");
        }
        return spec.commandLine();
    }
}
