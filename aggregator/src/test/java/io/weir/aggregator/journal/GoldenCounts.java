package io.weir.aggregator.journal;

import io.weir.aggregator.journal.RecordedEvents.Recorded;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointCounts;
import io.weir.eventbus.LedgerEvent.CheckpointCounts.Closed;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.CommandReceived;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Tells the story of the golden journal with counts in its checkpoint and the reason of a command, and wrote it once: {@code
 * GoldenCounts FOLDER}.
 */
public final class GoldenCounts {
    private static final SessionOpened PLAIN = new SessionOpened(
            1, 0, SessionProtocol.HTTP, "GET", "a.example", "http://a.example/ü", "192.0.2.7:4711", "anna");
    private static final SessionOpened TUNNEL = new SessionOpened(
            2, 2, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", "b.example:443", "b.example:443", "192.0.2.8:1", "");

    private GoldenCounts() {}

    public static List<Recorded> story() {
        Tally plain = new Tally(123, 456, 0, 0, 123, 456);
        Tally tunnel = new Tally(0, 0, 250, 39, 0, 0);
        return GoldenJournal.numbered(List.of(
                new NodeStarted("golden", 1, "0.2.0", 1, 100),
                PLAIN,
                new BytesTransferred(1, plain),
                new ConnectionRefused(0, "192.0.2.9:5", "10.0.0.1:22", "denied"),
                new CommandReceived("closeConnection", 7, "gateway client 192.0.2.9:5"),
                new CommandReceived(
                        "closeSessions host=a.example", 0, "gateway client 192.0.2.9:5", "über dem Kontingent"),
                new SessionClosed(1, CloseReason.CLOSED_BY_COMMAND, 0, plain),
                TUNNEL,
                new CheckpointBegun(1, 100, 2, 0, plain, 1),
                new CheckpointCounts(0, List.of(new Closed(SessionProtocol.HTTP, CloseReason.CLOSED_BY_COMMAND, 1)), 1),
                new CheckpointSession(TUNNEL, GoldenJournal.AT + 7, "", Tally.ZERO),
                new CheckpointEnded(9),
                new BytesTransferred(2, tunnel),
                new SessionClosed(2, CloseReason.COMPLETED, 0, tunnel)));
    }

    public static void main(String[] arguments) throws IOException {
        GoldenJournal.write(Path.of(arguments[0]), story());
    }
}
