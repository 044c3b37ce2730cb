package io.weir.aggregator.journal;

import io.weir.aggregator.journal.RecordedEvents.Recorded;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.InterceptionBypassed;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.OriginConnected;
import io.weir.eventbus.LedgerEvent.ProtocolDetected;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Tells the story of the golden journal with interception, and wrote it once: {@code GoldenInterception FOLDER}. */
public final class GoldenInterception {
    private static final SessionOpened TUNNEL = new SessionOpened(
            1, 1, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", "a.example:443", "a.example:443", "192.0.2.7:4711", "anna");
    private static final SessionOpened INTERCEPTED = new SessionOpened(
            1, 0, SessionProtocol.HTTPS_MITM, "CONNECT", "a.example:443", "a.example:443", "192.0.2.7:4711", "anna");
    private static final SessionOpened FIRST = new SessionOpened(
            2, 1, SessionProtocol.HTTPS_MITM, "GET", "a.example", "https://a.example/ü?q", "192.0.2.7:4711", "anna");
    private static final SessionOpened SECOND = new SessionOpened(
            3, 1, SessionProtocol.HTTPS_MITM, "POST", "a.example", "https://a.example/p", "192.0.2.7:4711", "anna");
    private static final SessionOpened PINNED = new SessionOpened(
            4, 4, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", "b.example:443", "b.example:443", "192.0.2.7:4712", "");
    private static final Tally FIRST_SIZES = new Tally(500, 9_000, 0, 0, 510, 9_100);
    private static final Tally SECOND_SIZES = new Tally(700, 80, 0, 0, 710, 90);

    private GoldenInterception() {}

    public static List<Recorded> story() {
        Tally tunnel = new Tally(2_000, 12_000, 250, 39, 2_100, 12_100);
        return GoldenJournal.numbered(List.of(
                new NodeStarted("golden", 1, "0.1.0", 1, 100),
                TUNNEL,
                new BytesTransferred(1, new Tally(0, 0, 250, 39, 0, 0)),
                new ProtocolDetected(1, SessionProtocol.HTTPS_MITM),
                new OriginConnected(1, "198.51.100.1:443"),
                FIRST,
                new BytesTransferred(1, new Tally(2_000, 12_000, 0, 0, 2_100, 12_100)),
                new BytesTransferred(2, FIRST_SIZES),
                first(),
                new SessionClosed(2, CloseReason.COMPLETED, 200, FIRST_SIZES),
                SECOND,
                new BytesTransferred(3, SECOND_SIZES),
                new CheckpointBegun(1, 100, 3, 0, tunnel, 2),
                new CheckpointSession(INTERCEPTED, GoldenJournal.AT + 1, "198.51.100.1:443", tunnel),
                new CheckpointSession(SECOND, GoldenJournal.AT + 10, "", SECOND_SIZES),
                new CheckpointEnded(13),
                new SessionClosed(3, CloseReason.ORIGIN_TLS_FAILED, 502, SECOND_SIZES),
                second(),
                new SessionClosed(1, CloseReason.CLIENT_TLS_FAILED, 0, tunnel),
                PINNED,
                new InterceptionBypassed(
                        4, "b.example:443", "192.0.2.7", "the client refused our certificate", 1_700_000_600_000L)));
    }

    /** An exchange with all that one can have. */
    private static ExchangeCompleted first() {
        return new ExchangeCompleted(
                2,
                1,
                SessionProtocol.HTTPS_MITM,
                "192.0.2.7:4711",
                "a.example:443",
                "GET",
                "https://a.example/ü?q",
                200,
                "HTTP/2",
                "HTTP/1.1",
                "198.51.100.1:443",
                "0f".repeat(32),
                new MessageFacts(List.of(new Field("accept", "*/*"), new Field("cookie", "…")), 0, 0, "", ""),
                new MessageFacts(
                        List.of(
                                new Field("Content-Type", "text/html"),
                                new Field("Set-Cookie", "…"),
                                new Field("Set-Cookie", "")),
                        7,
                        8_800,
                        "ab".repeat(32),
                        ""),
                FIRST_SIZES,
                new Tally(2_000, 12_000, 0, 0, 2_100, 12_100),
                new ExchangeTimes(GoldenJournal.AT + 5, 3_000, 4_000, 12_345, 15_000),
                3,
                4,
                "");
    }

    /** An exchange that failed, told of after the close of its session. */
    private static ExchangeCompleted second() {
        return new ExchangeCompleted(
                3,
                1,
                SessionProtocol.HTTPS_MITM,
                "192.0.2.7:4711",
                "a.example:443",
                "POST",
                "https://a.example/p",
                502,
                "HTTP/1.1",
                "",
                "",
                "",
                new MessageFacts(List.of(), 0, 600, "", "the store is full"),
                MessageFacts.NONE,
                SECOND_SIZES,
                SECOND_SIZES,
                new ExchangeTimes(
                        GoldenJournal.AT + 10, ExchangeTimes.NEVER, ExchangeTimes.NEVER, ExchangeTimes.NEVER, 7_000),
                0,
                0,
                "the origin's certificate is not trusted");
    }

    public static void main(String[] arguments) throws IOException {
        GoldenJournal.write(Path.of(arguments[0]), story());
    }
}
