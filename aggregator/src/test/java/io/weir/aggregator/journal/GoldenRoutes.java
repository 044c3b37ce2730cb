package io.weir.aggregator.journal;

import io.weir.aggregator.journal.RecordedEvents.Recorded;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointConfig;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.OriginConnected;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LedgerEvent.SessionRouted;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Wrote the golden journal whose sessions say by what they were carried: {@code GoldenRoutes FOLDER}. */
public final class GoldenRoutes {
    private static final SessionOpened PLAIN = new SessionOpened(
            1, 0, SessionProtocol.HTTP, "GET", "a.example:80", "http://a.example/", "192.0.2.7:1", "anna");
    private static final SessionOpened TUNNEL = new SessionOpened(
            2, 2, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", "b.example:443", "b.example:443", "192.0.2.8:1", "");

    private GoldenRoutes() {}

    public static List<Recorded> story() {
        Tally plain = new Tally(123, 456, 0, 0, 123, 456);
        Tally tunnel = new Tally(7, 8, 250, 39, 300, 90);
        SessionRoute decided = new SessionRoute(2, "größer", "");
        SessionRoute passedOn = new SessionRoute(3, "default", "office");
        return GoldenJournal.numbered(List.of(
                new NodeStarted("golden", 1, "0.3.0", 1, 100),
                new ConfigChanged(2, "aa", "by=\"start\""),
                PLAIN,
                new SessionRouted(1, SessionRoute.under(2)),
                new SessionRouted(1, decided),
                new ConfigChanged(3, "bb", "by=\"sighup\""),
                TUNNEL,
                new SessionRouted(2, passedOn),
                new OriginConnected(2, "198.51.100.1:3128"),
                new BytesTransferred(2, tunnel),
                new CheckpointBegun(1, 100, 2, 0, tunnel, 2),
                new CheckpointConfig(3, "bb"),
                new CheckpointSession(PLAIN, GoldenJournal.AT + 2, "", Tally.ZERO, decided),
                new CheckpointSession(TUNNEL, GoldenJournal.AT + 6, "198.51.100.1:3128", tunnel, passedOn),
                new CheckpointEnded(11),
                new BytesTransferred(1, plain),
                new SessionClosed(1, CloseReason.COMPLETED, 200, plain)));
    }

    public static void main(String[] arguments) throws IOException {
        GoldenJournal.write(Path.of(arguments[0]), story());
    }
}
