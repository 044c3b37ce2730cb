package io.weir.aggregator.journal;

import io.weir.aggregator.journal.TestJournal.Raw;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.EventsOmitted;
import io.weir.eventbus.LedgerEvent.JournalPruned;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Wrote the golden journal of which the beginning is pruned, and a part compacted, and one lost: {@code GoldenCare FOLDER}. */
final class GoldenCare {
    static final long FIRST = 101;

    private final RecordEncoder encoder = new RecordEncoder();
    private final List<Raw> records = new ArrayList<>();
    private long sequence = FIRST - 1;

    private GoldenCare() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        GoldenCare story = new GoldenCare();
        story.tell();
        PrunedMark mark = new PrunedMark(FIRST, GoldenJournal.AT - 1_000_000);
        mark.write(Files.createDirectories(folder)); // the writer looks whether readers find what it wrote
        GoldenJournal.writeRecords(folder, story.records);
        mark.write(folder);
    }

    private void tell() {
        SessionOpened opened = new SessionOpened(
                7, 7, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", "ü.example:443", "", "192.0.2.7:4711", "anna");
        Tally totals = new Tally(1_000, 20_000, 250, 39, 1_000, 20_000);
        Tally before = new Tally(100, 2_000, 250, 39, 100, 2_000);
        checkpoint(totals, opened, before);
        add(new JournalPruned(FIRST, GoldenJournal.AT - 1_000_000, 3, 4_096, "retention", "older than PT720H"));
        add(new EventsOmitted(120, false, "compacted"));
        sequence = 120;
        Counts delta = new Counts();
        delta.set(5, 6, 0, 0, 5, 6);
        encoder.begin(sequence + 1, at());
        encoder.tryAddDelta(7, delta);
        append();
        add(new EventsOmitted(130, true, "the record has a wrong checksum"));
        sequence = 130;
        Tally after = new Tally(205, 2_106, 250, 39, 205, 2_106);
        checkpoint(new Tally(1_105, 20_106, 250, 39, 1_105, 20_106), opened, after);
        add(new SessionClosed(7, CloseReason.COMPLETED, 0, after));
    }

    private void checkpoint(Tally totals, SessionOpened opened, Tally sum) {
        long begin = sequence + 1;
        encoder.begin(begin, at());
        encoder.tryAdd(at(), new CheckpointBegun(1, 100, 7, 0, totals, 1));
        encoder.tryAdd(at(), new CheckpointSession(opened, GoldenJournal.AT, "198.51.100.20:443", sum));
        encoder.tryAdd(at(), new CheckpointEnded(begin));
        append();
    }

    private void add(LedgerEvent event) {
        encoder.begin(sequence + 1, at());
        encoder.tryAdd(at(), event);
        append();
    }

    private long at() {
        return GoldenJournal.AT + 1_000 * sequence;
    }

    private void append() {
        encoder.finish();
        byte[] bytes = Arrays.copyOfRange(encoder.bytes(), encoder.offset(), encoder.offset() + encoder.length());
        records.add(new Raw(encoder.firstSequence(), bytes));
        sequence = encoder.lastSequence();
    }
}
