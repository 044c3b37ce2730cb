package io.weir.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code origin}: an origin in a process of its own, until that is ended. */
@Command(name = "origin", description = "Runs an origin for 'run --origin-port', until it is interrupted.")
final class OriginCommand implements Callable<Integer> {
    @Option(names = "--port", required = true, description = "Where to listen, on each address.")
    private int port;

    @Option(names = "--threads", paramLabel = "N", description = "Event loops (half of the cores).")
    private int threads = LoadOptions.halfOfTheCores();

    @Option(names = "--targets", paramLabel = "N", description = "Addresses, from 127.0.0.1 on (${DEFAULT-VALUE}).")
    private int targets = LoadOptions.TARGETS;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "Write the certificate of its TLS's authority there, for a proxy to trust.")
    private @Nullable Path ca;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (Origin origin = Origin.start(port, targets, threads)) {
            Identity identity = origin.identity();
            if (ca != null) {
                Files.writeString(ca, identity.authorityPem());
            }
            System.err.println("origin: listening on port " + origin.port() + " of " + targets + " addresses");
            Thread.currentThread().join(); // for ever
            return 0;
        }
    }
}
