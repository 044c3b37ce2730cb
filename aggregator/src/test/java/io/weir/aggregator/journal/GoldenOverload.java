package io.weir.aggregator.journal;

import io.weir.aggregator.journal.RecordedEvents.Recorded;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.OverloadChanged;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.OverloadStep;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Tells the story of the golden journal with steps of overload, each of them once, and wrote it once: {@code GoldenOverload FOLDER}. */
public final class GoldenOverload {
    private static final SessionOpened TUNNEL = new SessionOpened(
            1, 1, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", "a.example:443", "a.example:443", "192.0.2.7:4711", "");
    private static final SessionOpened REFUSED =
            new SessionOpened(2, 0, SessionProtocol.HTTP, "GET", "b.example", "http://b.example/", "192.0.2.8:1", "");

    private GoldenOverload() {}

    public static List<Recorded> story() {
        Tally tunnel = new Tally(1_000, 2_000, 250, 39, 1_000, 2_000);
        Tally refused = new Tally(77, 189, 0, 0, 0, 0);
        return GoldenJournal.numbered(List.of(
                new NodeStarted("golden", 1, "0.4.0", 1, 100),
                TUNNEL,
                new OverloadChanged(OverloadStep.IDLE_SHORTENED, OverloadStep.NORMAL, "files 81 % of 1,024"),
                new BytesTransferred(1, tunnel),
                new OverloadChanged(
                        OverloadStep.KEEP_ALIVE_OFF, OverloadStep.IDLE_SHORTENED, "heap 86 % of 256 MiB – größer"),
                new OverloadChanged(OverloadStep.REFUSING, OverloadStep.KEEP_ALIVE_OFF, "heap 93 % of 256 MiB"),
                REFUSED,
                new ConnectionRefused(2, "192.0.2.8:1", "b.example", "heap 93 % of 256 MiB"),
                new BytesTransferred(2, refused),
                new SessionClosed(2, CloseReason.OVERLOADED, 503, refused),
                new CheckpointBegun(1, 100, 2, 0, new Tally(1_077, 2_189, 250, 39, 1_000, 2_000), 1),
                new CheckpointSession(TUNNEL, GoldenJournal.AT + 1, "", tunnel),
                new CheckpointEnded(11),
                new OverloadChanged(OverloadStep.ACCEPT_PAUSED, OverloadStep.REFUSING, "heap 98 % of 256 MiB"),
                new OverloadChanged(OverloadStep.NORMAL, OverloadStep.ACCEPT_PAUSED, ""),
                new SessionClosed(1, CloseReason.COMPLETED, 0, tunnel)));
    }

    public static void main(String[] arguments) throws IOException {
        GoldenJournal.write(Path.of(arguments[0]), story());
    }
}
