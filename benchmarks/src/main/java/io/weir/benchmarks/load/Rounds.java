package io.weir.benchmarks.load;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Runs contests in rounds, each proxy in its turn, so that what else the machine does hits all alike. One thread. */
final class Rounds {
    private static final Duration NO_WARM_UP = Duration.ofMillis(300);

    /** What a proxy loads when it is first used, classes for one, is not the tunnels'. */
    private static final Contest FIRST_USE =
            new Contest("first-use", LoadOptions.of(Scenario.PING, 64).lasting(NO_WARM_UP, Duration.ofSeconds(1)));

    private final Arena arena;
    private final List<Peer> peers;
    private final RoundOptions options;
    private final PrintWriter raw;
    private final List<Outcome> outcomes = new ArrayList<>();
    private boolean isSound = true;

    Rounds(Arena arena, List<Peer> peers, RoundOptions options, PrintWriter raw) {
        this.arena = arena;
        this.peers = peers;
        this.options = options;
        this.raw = raw;
    }

    List<Outcome> outcomes() {
        return outcomes;
    }

    /** Whether Weir's ledger agreed in every run, warm-up included, and no run of Weir failed. */
    boolean isSound() {
        return isSound;
    }

    /** One discarded run for each proxy, then the rounds. */
    void play(Contest contest) throws IOException, InterruptedException {
        boolean isFresh = contest.options().scenario() == Scenario.IDLE; // memory only grows, so each starts small
        Duration seconds = RunCommand.duration(options.seconds());
        Contest measured = contest.with(contest.options().lasting(NO_WARM_UP, seconds));
        if (!isFresh && options.warmUp() > 0) {
            Duration warmUp = RunCommand.duration(options.warmUp());
            for (Peer peer : peers) {
                run(contest.with(contest.options().lasting(NO_WARM_UP, warmUp)), peer, 0);
            }
        }
        for (int round = 1; round <= options.rounds(); round++) {
            for (Peer peer : peers) {
                if (isFresh) {
                    arena.start(peer);
                    run(FIRST_USE, peer, 0);
                }
                outcomes.add(run(measured, peer, round));
            }
        }
    }

    private Outcome run(Contest contest, Peer peer, int round) throws IOException, InterruptedException {
        Outcome outcome = arena.run(contest, peer);
        raw.println(outcome.toJson(round));
        raw.flush();
        isSound &= outcome.isExact() && !(outcome.exactness() != null && outcome.hasFailed());
        say(outcome, round == 0 ? "warm-up" : "round " + round);
        return outcome;
    }

    private static void say(Outcome outcome, String when) {
        Contest contest = outcome.contest();
        LoadResult result = outcome.result();
        String error = result.firstError() == null ? "" : ", " + result.errors() + " errors: " + result.firstError();
        Exactness exactness = outcome.exactness();
        System.err.printf(
                Locale.ROOT,
                "%-14s %-8s %-14s %s %s, %s %s%s%s%n",
                contest.name(),
                when,
                outcome.peer().name(),
                Report.number(contest.cost(result)),
                contest.costUnit(),
                Report.number(contest.rate(result)),
                contest.rateUnit(),
                exactness == null ? "" : ", " + exactness,
                error);
    }

    /** The greatest rate of all peers but Weir in one short run each; null if there is none. */
    @Nullable Double bestRate(Contest contest) throws IOException, InterruptedException {
        Contest probe = contest.with(contest.options()
                .lasting(RunCommand.duration(options.warmUp()), RunCommand.duration(options.seconds())));
        Double best = null;
        for (Peer peer : peers) {
            Outcome outcome = run(probe, peer, 0);
            if (!peer.isWeir() && !outcome.hasFailed()) {
                double rate = contest.rate(outcome.result());
                best = best == null ? rate : Math.max(best, rate);
            }
        }
        return best;
    }
}
