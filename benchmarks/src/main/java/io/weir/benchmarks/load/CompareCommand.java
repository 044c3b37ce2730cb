package io.weir.benchmarks.load;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code compare}, {@code growth} and {@code latency}: the same proxies, other scenarios and another table. */
abstract class CompareCommand implements Callable<Integer> {
    private static final int OWN_FILES = 300;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ArenaOptions options = new ArenaOptions();

    @Option(
            names = "--scenarios",
            split = ",",
            paramLabel = "NAME",
            description =
                    "SCENARIO-CONNECTIONS[-SIZE], as down-64 or http-64-64k; the scenarios are down, up, both, ping,"
                            + " connect, idle, http, mitm, h2, handshake. mitm-1k, mitm-64k, mitm-h2-1k and mitm-handshake are"
                            + " short for mitm-64-1k, mitm-64-64k, h2-16-1k and handshake-16.")
    private @Nullable List<String> names;

    /** The scenarios if none are named. */
    abstract List<String> defaults();

    /** Plays one scenario. */
    abstract void play(Rounds rounds, Contest contest) throws IOException, InterruptedException;

    abstract String report(Report report);

    /** {@code compare}. */
    @Command(name = "compare", description = "Compares proxies: cost, rate, latency, exactness. The README's table.")
    static final class Compare extends CompareCommand {
        @Override
        List<String> defaults() {
            return List.of(
                    "down-64",
                    "up-64",
                    "ping-64",
                    "connect-64",
                    "http-64-1k",
                    "http-64-64k",
                    "idle-4000",
                    "mitm-64-1k",
                    "mitm-64-64k",
                    "handshake-16");
        }

        @Override
        void play(Rounds rounds, Contest contest) throws IOException, InterruptedException {
            rounds.play(contest);
        }

        @Override
        String report(Report report) {
            return report.comparison();
        }
    }

    /** {@code growth}. */
    @Command(name = "growth", description = "Compares what the number of tunnels does to the cost.")
    static final class Growth extends CompareCommand {
        @Override
        List<String> defaults() {
            return List.of(
                    "down-1", "down-64", "down-1000", "down-9000", "ping-1", "ping-64", "ping-1000", "ping-9000");
        }

        @Override
        void play(Rounds rounds, Contest contest) throws IOException, InterruptedException {
            rounds.play(contest);
        }

        @Override
        String report(Report report) {
            return report.comparison();
        }
    }

    /** {@code latency}. */
    @Command(
            name = "latency",
            description = "Compares latencies at half the rate that the best peer, Weir aside, can carry.")
    static final class Latency extends CompareCommand {
        private static final double SHARE = 0.5;

        @Override
        List<String> defaults() {
            return List.of("ping-64", "connect-64", "http-64-1k");
        }

        @Override
        void play(Rounds rounds, Contest contest) throws IOException, InterruptedException {
            Double best = rounds.bestRate(contest);
            if (best == null) {
                throw new IOException(contest.name() + ": no peer beside Weir that could carry it");
            }
            rounds.play(contest.with(contest.options().at(Math.floor(best * SHARE))));
        }

        @Override
        String report(Report report) {
            return report.latency();
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Heat> heats;
        RoundOptions roundOptions;
        try {
            heats = heats(contests());
            roundOptions = options.rounds();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(commandLine(), String.valueOf(e.getMessage()), e);
        }
        boolean isSound = true;
        try (Arena arena = options.open();
                PrintWriter raw = options.raw()) {
            for (Heat heat : heats) {
                isSound &= isSound(heat, arena, roundOptions, raw);
            }
        }
        return isSound ? 0 : ExitStatus.FAILED;
    }

    /** Contests of the same proxies, set up in the same way. */
    private record Heat(List<Contest> contests, List<Peer> peers) {}

    /** First what needs no interception, then what does: the same proxy cannot well be set up for both. */
    private List<Heat> heats(List<Contest> contests) {
        List<Heat> heats = new ArrayList<>();
        for (boolean isIntercepted : List.of(false, true)) {
            List<Contest> its = contests.stream()
                    .filter(each -> each.options().scenario().isIntercepted() == isIntercepted)
                    .toList();
            List<Peer> peers = its.isEmpty() ? List.of() : options.peers(isIntercepted);
            if (!peers.isEmpty()) {
                heats.add(new Heat(its, peers));
            }
        }
        if (heats.isEmpty()) {
            throw new IllegalArgumentException("none of these proxies can do any of these scenarios");
        }
        return heats;
    }

    private boolean isSound(Heat heat, Arena arena, RoundOptions roundOptions, PrintWriter raw)
            throws IOException, InterruptedException {
        if (heat.contests().get(0).options().scenario().isIntercepted()) {
            arena.prepareTls();
        }
        List<Peer> peers = new ArrayList<>(heat.peers());
        peers.removeIf(peer -> !hasStarted(arena, peer));
        var rounds = new Rounds(arena, peers, roundOptions, raw);
        for (Contest contest : heat.contests()) {
            play(rounds, contest);
        }
        peers.forEach(arena::stop);
        PrintWriter out = commandLine().getOut();
        out.println(report(new Report(peers, rounds.outcomes())));
        out.flush();
        return rounds.isSound();
    }

    private static boolean hasStarted(Arena arena, Peer peer) {
        System.err.println("compare-load: starting " + peer.name());
        try {
            arena.start(peer);
            return true;
        } catch (IOException e) {
            System.err.println("compare-load: left out: " + e.getMessage());
            arena.stop(peer);
            return false;
        }
    }

    private List<Contest> contests() {
        List<Contest> contests = new ArrayList<>();
        for (String name : names == null ? defaults() : names) {
            Contest named = Contest.parse(name);
            Contest contest = named.with(named.options().as(options.credentials()));
            long files = 2L * contest.options().connections() + OWN_FILES; // client and origin
            if (files > Machine.fileLimit()) {
                System.err.println("compare-load: left out: " + name + " takes " + files + " open files, the limit is "
                        + Machine.fileLimit() + " (ulimit -n)");
            } else {
                contests.add(contest);
            }
        }
        return contests;
    }

    private CommandLine commandLine() {
        if (spec == null) {
            throw new IllegalStateException("not made by picocli");
        }
        return spec.commandLine();
    }
}
