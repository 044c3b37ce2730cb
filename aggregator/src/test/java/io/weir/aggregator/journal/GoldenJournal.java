package io.weir.aggregator.journal;

import io.weir.aggregator.journal.RecordedEvents.Recorded;
import io.weir.aggregator.journal.TestJournal.Raw;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.CommandReceived;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.ConservationViolated;
import io.weir.eventbus.LedgerEvent.JournalGap;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.NodeStopped;
import io.weir.eventbus.LedgerEvent.OriginConnected;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionIdsReserved;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Tells the story of the golden journal, and wrote it once: {@code GoldenJournal FOLDER}. */
public final class GoldenJournal {
    static final long AT = 1_700_000_000_000L;
    private static final int EVENTS_IN_RECORD = 4;
    private static final SessionOpened TUNNEL = new SessionOpened(
            1, 0, SessionProtocol.HTTPS_MITM, "CONNECT", "a.example:443", "a.example:443", "192.0.2.7:4711", "anna");
    private static final SessionOpened CHILD = new SessionOpened(
            2, 1, SessionProtocol.HTTPS_MITM, "GET", "a.example", "https://a.example/ü?q", "192.0.2.7:4711", "anna");
    private static final SessionOpened PLAIN = new SessionOpened(
            101, 101, SessionProtocol.HTTP, "POST", "b.example", "http://b.example/", "192.0.2.8:1", "");

    private GoldenJournal() {}

    public static List<Recorded> story() {
        Tally tunnel = new Tally(1_100_000, 2_000_000, 250, 39, 1_100_000, 2_000_000);
        Tally child = new Tally(500, 9_000, 0, 0, 510, 9_100);
        Tally plain = new Tally(123, 456, 0, 0, 123, 456);
        List<LedgerEvent> events = List.of(
                new NodeStarted("golden", 1, "0.1.0", 1, 100),
                new ConfigChanged(1, "00ff", "listen=127.0.0.1:8080"),
                TUNNEL,
                new BytesTransferred(1, new Tally(0, 0, 250, 39, 0, 0)),
                new OriginConnected(1, "198.51.100.1:443"),
                CHILD,
                new BytesTransferred(1, new Tally(1_000_000, 2_000_000, 0, 0, 1_000_000, 2_000_000)),
                new BytesTransferred(2, child),
                new ConnectionRefused(0, "192.0.2.9:5", "10.0.0.1:22", "denied"),
                new CommandReceived("closeConnection", 2, "admin 127.0.0.1"),
                new SessionClosed(2, CloseReason.COMPLETED, 200, child),
                new SessionIdsReserved(200),
                new CheckpointBegun(1, 200, 2, 0, new Tally(1_000_000, 2_000_000, 250, 39, 1_000_000, 2_000_000), 1),
                new CheckpointSession(
                        TUNNEL,
                        AT + 2,
                        "198.51.100.1:443",
                        new Tally(1_000_000, 2_000_000, 250, 39, 1_000_000, 2_000_000)),
                new CheckpointEnded(13),
                new JournalGap(AT, AT + 5_000, "no space left", new Tally(100_000, 0, 0, 0, 100_000, 0)),
                new BytesTransferred(1, new Tally(100_000, 0, 0, 0, 100_000, 0)),
                new NodeStarted("golden", 2, "0.1.1", 200, 300),
                new SessionClosed(1, CloseReason.NODE_CRASHED, 0, tunnel),
                new NodeStopped(101),
                new NodeStarted("golden", 2, "0.1.1", 101, 300),
                PLAIN,
                new BytesTransferred(101, plain),
                new BytesTransferred(77, Tally.ZERO),
                new ConservationViolated(77, "bytes for a session that is not open", Tally.ZERO, Tally.ZERO),
                new CheckpointBegun(2, 300, 3, 1, new Tally(1_100_123, 2_000_456, 250, 39, 1_100_123, 2_000_456), 1),
                new CheckpointSession(PLAIN, AT + 21, "", plain),
                new CheckpointEnded(26));
        return numbered(events);
    }

    /** Gives events their sequences and times. */
    static List<Recorded> numbered(List<LedgerEvent> events) {
        List<Recorded> story = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            LedgerEvent event = events.get(i);
            boolean isDelta = event instanceof BytesTransferred;
            story.add(new Recorded(i + 1L, AT + (isDelta ? i / EVENTS_IN_RECORD * EVENTS_IN_RECORD : i), event));
        }
        return story;
    }

    public static void main(String[] arguments) throws IOException {
        write(Path.of(arguments[0]), story());
    }

    /** Writes a story as it is committed: cut behind its last record, without what a reader does not need. */
    static void write(Path folder, List<Recorded> story) throws IOException {
        writeRecords(folder, records(story));
    }

    static void writeRecords(Path folder, List<Raw> records) throws IOException {
        TestJournal.write(folder, records, () -> AT);
        JournalPosition end;
        try (JournalReader reader = JournalReader.open(folder)) {
            end = reader.read(new RecordedEvents(), ReadProgress.NONE).position();
        }
        try (FileChannel file = FileChannel.open(folder.resolve(end.file()), StandardOpenOption.WRITE)) {
            file.truncate(end.offset() + 8);
        }
        Files.delete(folder.resolve("metadata.cq4t"));
        Files.delete(folder.resolve("LOCK"));
    }

    private static List<Raw> records(List<Recorded> story) {
        RecordEncoder encoder = new RecordEncoder();
        List<Raw> records = new ArrayList<>();
        for (int from = 0; from < story.size(); from += EVENTS_IN_RECORD) {
            encoder.begin(from + 1L, story.get(from).atMillis());
            for (Recorded each : story.subList(from, Math.min(story.size(), from + EVENTS_IN_RECORD))) {
                add(encoder, each);
            }
            encoder.finish();
            int end = encoder.offset() + encoder.length();
            records.add(new Raw(from + 1L, Arrays.copyOfRange(encoder.bytes(), encoder.offset(), end)));
        }
        return records;
    }

    private static void add(RecordEncoder encoder, Recorded each) {
        if (each.event() instanceof BytesTransferred bytes) {
            Tally tally = bytes.delta();
            Counts delta = new Counts();
            delta.set(
                    tally.up(),
                    tally.down(),
                    tally.overheadUp(),
                    tally.overheadDown(),
                    tally.originUp(),
                    tally.originDown());
            encoder.tryAddDelta(bytes.sessionId(), delta);
        } else {
            encoder.tryAdd(each.atMillis(), each.event());
        }
    }
}
