package io.weir.aggregator.journal;

import io.weir.aggregator.journal.RecordedEvents.Recorded;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.CheckpointUsage;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.OfUser;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.Sum;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.QuotaWarned;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Tells the story of the golden journal with usage, and wrote it once: {@code GoldenUsage FOLDER}. */
public final class GoldenUsage {
    private static final SessionOpened PLAIN = new SessionOpened(
            1, 0, SessionProtocol.HTTP, "GET", "a.example", "http://a.example/ü", "192.0.2.7:4711", "änna");
    private static final SessionOpened TUNNEL = new SessionOpened(
            2, 2, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", "b.example:443", "b.example:443", "192.0.2.8:1", "bob");
    private static final long DAY = GoldenJournal.AT / 86_400_000L; // 2023-11-14
    private static final long MONTH = 53 * 12 + 10;

    private GoldenUsage() {}

    public static List<Recorded> story() {
        Tally plain = new Tally(123, 456, 0, 0, 123, 456);
        Tally tunnel = new Tally(0, 0, 250, 39, 0, 0);
        return GoldenJournal.numbered(List.of(
                new NodeStarted("golden", 1, "0.2.0", 1, 100),
                PLAIN,
                new BytesTransferred(1, plain),
                new QuotaWarned("änna", "2023-11-14", 579, 600),
                new SessionClosed(1, CloseReason.QUOTA_EXCEEDED, 0, plain),
                TUNNEL,
                new CheckpointBegun(1, 100, 2, 0, plain, 1),
                new CheckpointUsage(
                        0,
                        List.of(new OfUser("änna", List.of(new Sum(DAY, 579, 600)), List.of(new Sum(MONTH, 579, 0))))),
                new CheckpointSession(TUNNEL, GoldenJournal.AT + 5, "", Tally.ZERO),
                new CheckpointEnded(7),
                new BytesTransferred(2, tunnel),
                new SessionClosed(2, CloseReason.COMPLETED, 0, tunnel)));
    }

    public static void main(String[] arguments) throws IOException {
        GoldenJournal.write(Path.of(arguments[0]), story());
    }
}
