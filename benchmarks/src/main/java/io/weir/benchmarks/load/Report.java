package io.weir.benchmarks.load;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Says in Markdown how the proxies compare: medians, ranges in brackets, the best in bold. */
final class Report {
    private static final double BYTES_PER_MIB = 1 << 20;

    private final List<Peer> peers;
    private final List<Outcome> outcomes;
    private final List<Contest> contests;
    private final StringBuilder text = new StringBuilder();

    Report(List<Peer> peers, List<Outcome> outcomes) {
        this.peers = peers;
        this.outcomes = outcomes;
        contests = outcomes.stream().map(Report::unmeasured).distinct().toList();
    }

    private static Contest unmeasured(Outcome outcome) {
        return outcome.contest();
    }

    /** Costs first, as rates move with whatever else the machine does. */
    String comparison() {
        table("CPU cost", contest -> contest.title() + ", " + contest.costUnit(), Contest::cost, true);
        memory();
        List<Contest> withRate = contests.stream()
                .filter(each -> each.options().scenario() != Scenario.IDLE)
                .toList();
        if (!withRate.isEmpty()) {
            table("Rate", contest -> contest.title() + ", " + contest.rateUnit(), Contest::rate, false);
        }
        latencies();
        exactness();
        return text.toString();
    }

    /** Latencies first. */
    String latency() {
        latencies();
        table("CPU cost", contest -> contest.title() + ", " + contest.costUnit(), Contest::cost, true);
        exactness();
        return text.toString();
    }

    private void header(String first) {
        text.append("| ").append(first);
        peers.forEach(peer -> text.append(" | ").append(peer.titleWithVersion()));
        text.append(" |\n|").append(" --- |".repeat(peers.size() + 1)).append('\n');
    }

    /** Something to measure of a contest's result. */
    private interface Measure {
        double of(Contest contest, LoadResult result);
    }

    private void table(String name, Function<Contest, String> title, Measure measure, boolean isLessBetter) {
        header(name + ", median (range)");
        for (Contest contest : contests) {
            if (contest.options().scenario() == Scenario.IDLE && !isLessBetter) {
                continue;
            }
            text.append("| ").append(title.apply(contest));
            double best = best(contest, result -> measure.of(contest, result), isLessBetter);
            for (Peer peer : peers) {
                text.append(" | ").append(cell(contest, peer, result -> measure.of(contest, result), best));
            }
            text.append(" |\n");
        }
        text.append('\n');
    }

    private double best(Contest contest, ToDoubleFunction<LoadResult> measure, boolean isLessBetter) {
        var medians = peers.stream()
                .flatMap(peer -> spread(contest, peer, measure).stream())
                .mapToDouble(Spread::median);
        return (isLessBetter ? medians.min() : medians.max()).orElse(Double.NaN);
    }

    private String cell(Contest contest, Peer peer, ToDoubleFunction<LoadResult> measure, double best) {
        String figures = spread(contest, peer, measure)
                .map(spread -> {
                    String median = number(spread.median());
                    return (spread.median() == best ? "**" + median + "**" : median) + " (" + number(spread.least())
                            + "–" + number(spread.greatest()) + ")";
                })
                .orElse("–");
        long failed = of(contest, peer).stream().filter(Outcome::hasFailed).count();
        return failed == 0 ? figures : figures + " " + failed + " failed";
    }

    private Optional<Spread> spread(Contest contest, Peer peer, ToDoubleFunction<LoadResult> measure) {
        List<Double> values = of(contest, peer).stream()
                .filter(each -> !each.hasFailed())
                .map(each -> measure.applyAsDouble(each.result()))
                .filter(value -> value >= 0)
                .toList();
        return values.isEmpty() ? Optional.empty() : Optional.of(Spread.of(values));
    }

    private List<Outcome> of(Contest contest, Peer peer) {
        return outcomes.stream()
                .filter(each -> each.contest().equals(contest) && each.peer().equals(peer))
                .toList();
    }

    private void memory() {
        text.setLength(text.length() - 1); // one more row of the table before
        text.append("| memory of the process, most, MiB");
        for (Peer peer : peers) {
            double most = outcomes.stream()
                    .filter(each -> each.peer().equals(peer))
                    .mapToDouble(each -> each.result().cost().residentBytes() / BYTES_PER_MIB)
                    .max()
                    .orElse(0);
            text.append(" | ").append(number(most));
        }
        text.append(" |\n\n");
    }

    private void latencies() {
        List<Contest> timed = contests.stream()
                .filter(each -> outcomes.stream()
                        .anyMatch(outcome -> outcome.contest().equals(each)
                                && outcome.result().latencies().count() > 0))
                .toList();
        if (timed.isEmpty()) {
            return;
        }
        header("Latency in µs: p50 / p99 / p99.9");
        for (Contest contest : timed) {
            text.append("| ").append(contest.title());
            for (Peer peer : peers) {
                text.append(" | ")
                        .append(List.of(0.5, 0.99, 0.999).stream()
                                .map(share -> spread(
                                                contest,
                                                peer,
                                                result -> result.latencies().percentile(share) / 1e3)
                                        .map(spread -> number(spread.median()))
                                        .orElse("–"))
                                .collect(Collectors.joining(" / ")));
                long missed = of(contest, peer).stream()
                        .mapToLong(each -> each.result().missed())
                        .sum();
                text.append(missed == 0 ? "" : " (" + missed + " never started)");
            }
            text.append(" |\n");
        }
        text.append('\n');
    }

    private void exactness() {
        List<Exactness> checks = outcomes.stream()
                .map(Outcome::exactness)
                .filter(Objects::nonNull)
                .toList();
        if (!checks.isEmpty()) {
            long exact = checks.stream().filter(Exactness::isExact).count();
            text.append("Weir's ledger equalled the clients' own counts, to the byte, in ")
                    .append(exact)
                    .append(" of ")
                    .append(checks.size())
                    .append(" runs; no other proxy here keeps one.\n\n");
        }
        double foreign = outcomes.stream()
                .mapToDouble(each -> each.result().foreignShare())
                .max()
                .orElse(0);
        text.append(Machine.description())
                .append(String.format(
                        Locale.ROOT,
                        " Other processes took at most %.0f %% of the machine during a run.",
                        foreign * 100))
                .append(" Logging: ")
                .append(peers.stream()
                        .map(each -> each.title() + " " + each.logging())
                        .collect(Collectors.joining(", ")))
                .append(".\n");
    }

    /** Three digits, or all of a large number. */
    static String number(double value) {
        if (value < 0) {
            return "–";
        }
        int decimals = value >= 100 || value == 0 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
