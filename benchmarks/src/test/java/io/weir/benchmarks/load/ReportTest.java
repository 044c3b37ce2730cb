package io.weir.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.benchmarks.load.LedgerTotals.Counts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final List<Peer> PEERS =
            Peers.all(Path.of("/nowhere")).stream().limit(2).toList();
    private static final Contest PING = Contest.parse("ping-64");

    private static Outcome outcome(Peer peer, double cpuSeconds, long errors) {
        var moved = new Moved(1_000_000, 64_000_000, 64_000_000, 100, 100, 64, errors, errors == 0 ? null : "broken");
        var cost = new Cost(2, cpuSeconds, 1, 3, 1 << 20, 3 << 20, 99);
        var result =
                new LoadResult(PING.options(), moved, Map.of(Staff.Kind.PING, moved), new Histogram(), 0, cost, null);
        Exactness exactness =
                peer.name().equals(Peers.WEIR) ? new Exactness(Counts.NOTHING, Counts.NOTHING, true) : null;
        return new Outcome(PING, peer, result, exactness);
    }

    private static String report(Outcome... outcomes) {
        return new Report(PEERS, new ArrayList<>(List.of(outcomes))).comparison();
    }

    @Test
    void mediansRangesAndTheBestAreShown() {
        Peer weir = PEERS.get(0);
        Peer other = PEERS.get(1);

        String report = report(
                outcome(weir, 20, 0),
                outcome(other, 30, 0),
                outcome(weir, 10, 0),
                outcome(other, 40, 0),
                outcome(weir, 12, 0),
                outcome(other, 35, 0));

        assertThat(report)
                .contains(
                        "| ping-pong of 64 bytes, 64 tunnels, CPU-µs/round trip | **12.0** (10.0–20.0) | 35.0 (30.0–40.0) |")
                .contains("to the byte, in 3 of 3 runs");
    }

    @Test
    void aRunThatFailedHasNoFigureAndIsSaid() {
        String report = report(outcome(PEERS.get(0), 20, 0), outcome(PEERS.get(1), 5, 7));

        assertThat(report).contains("| **20.0** (20.0–20.0) | – 1 failed |");
    }
}
