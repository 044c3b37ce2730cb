package io.weir.benchmarks.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Loads a proxy on this machine as {@link LoadOptions#USAGE} says, and prints what came of it as a line of JSON. */
public final class LoadDriver {
    private static final int INEXACT = 1;
    private static final int WRONG_USAGE = 64;

    private LoadDriver() {}

    /**
     * Runs one scenario once.
     *
     * @param args options
     */
    public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
        LoadOptions options;
        try {
            options = LoadOptions.parse(args);
        } catch (IllegalArgumentException | ArithmeticException e) {
            System.err.println(e.getMessage() + "\n\n" + LoadOptions.USAGE);
            System.exit(WRONG_USAGE);
            return;
        }
        LoadResult result = run(options);
        System.out.println(result.toJson());
        System.exit(result.isExact() ? 0 : INEXACT);
    }

    static LoadResult run(LoadOptions options) throws IOException, InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(options.clients());
        try (var connections = new Connections();
                var origin = Origin.start(connections)) {
            double cpuBefore = cpuSeconds(options);
            long start = System.nanoTime();
            List<Future<Moved>> running = new ArrayList<>();
            for (LoadClient client : clients(options, connections, origin.port())) {
                running.add(threads.submit(client));
            }
            threads.shutdown();
            if (!threads.awaitTermination(options.limit().toNanos(), TimeUnit.NANOSECONDS)) {
                connections.failed(new IOException("not done within " + options.limit()));
                connections.closeAll();
            }
            Moved moved = Moved.NOTHING;
            for (Future<Moved> one : running) {
                moved = moved.plus(one.get());
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            double cpu = options.pid() == 0 ? -1 : cpuSeconds(options) - cpuBefore;
            Throwable failure = connections.failure();
            return new LoadResult(options, moved, seconds, cpu, failure == null ? null : failure.toString());
        }
    }

    private static List<LoadClient> clients(LoadOptions options, Connections connections, int originPort) {
        List<LoadClient> clients = new ArrayList<>();
        for (int i = 0; i < options.clients(); i++) {
            boolean takesOneOfTheRest = i < options.operations() % options.clients();
            int share = options.operations() / options.clients() + (takesOneOfTheRest ? 1 : 0);
            if (share > 0) {
                clients.add(new LoadClient(options, connections, share, originPort));
            }
        }
        return clients;
    }

    private static double cpuSeconds(LoadOptions options) throws IOException {
        return options.pid() == 0 ? 0 : ProcessCpu.seconds(options.pid());
    }
}
