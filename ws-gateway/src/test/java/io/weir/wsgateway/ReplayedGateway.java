package io.weir.wsgateway;

import io.weir.aggregator.history.JournalLocator;
import io.weir.aggregator.journal.JournalFolder;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.aggregator.replay.Replay;
import io.weir.aggregator.replay.ReplayOptions;
import io.weir.aggregator.replay.ReplayRange;
import io.weir.aggregator.replay.ReplaySpeed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A gateway before a replay that is halted at its beginning, with ticks that a test does not have to wait for. One thread. */
final class ReplayedGateway implements AutoCloseable {
    /** Carries something, which is journaled. */
    @FunctionalInterface
    interface Recording {
        void play(JournaledGateway live) throws InterruptedException;
    }

    final Replay replay;
    private final GatewayToken token = GatewayToken.random();
    private final Gateway gateway;

    private ReplayedGateway(Path journal) {
        this.replay = Replay.start(journal, range(journal), new ReplayOptions(ReplaySpeed.MAX, Duration.ZERO, true));
        this.gateway = Gateway.start(
                GatewayConfig.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), token),
                replay,
                new LogFeed(level -> {}),
                () -> new NodeStatus("0.1.0", List.of(), 0),
                new TestGateway.TestLimits().build());
    }

    /** Records with a live ledger, which then ends. */
    static void record(Path journal, Recording recording) throws InterruptedException {
        try (JournaledGateway live = new JournaledGateway(journal)) {
            recording.play(live);
            live.settle();
        }
    }

    /** Plays what was recorded. */
    static ReplayedGateway of(Path journal) {
        return new ReplayedGateway(journal);
    }

    private static ReplayRange range(Path journal) {
        try (JournalReader reader = JournalReader.open(journal)) {
            return ReplayRange.of(
                    1,
                    Long.MAX_VALUE,
                    new JournalLocator(journal, JournalFolder.files(journal), reader, ReadProgress.NONE));
        }
    }

    ApiClient client() {
        return new ApiClient(gateway.address().getPort(), token.value());
    }

    Dashboard dashboard() {
        return Dashboard.open(gateway.address().getPort(), token.value());
    }

    @Override
    public void close() {
        gateway.close();
        replay.close();
    }
}
