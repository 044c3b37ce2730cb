package io.weir.aggregator.journal;

import io.weir.aggregator.journal.TestJournal.Raw;
import io.weir.aggregator.seal.RecordChain;
import io.weir.aggregator.seal.SealKey;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.NodeStopped;
import io.weir.eventbus.LedgerEvent.Seal;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionProtocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Wrote the golden journal with seals once: {@code GoldenSeals FOLDER}. Its key is lost, only the public one is kept. */
final class GoldenSeals {
    private final RecordEncoder encoder = new RecordEncoder();
    private final RecordChain chain = new RecordChain();
    private final SealKey key;
    private final List<Raw> records = new ArrayList<>();
    private long sequence;

    private GoldenSeals(SealKey key) {
        this.key = key;
    }

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Path keys = Files.createTempDirectory("golden").resolve("seal");
        GoldenSeals story = new GoldenSeals(SealKey.loadOrCreate(keys));
        story.tell();
        GoldenJournal.writeRecords(folder, story.records);
        Files.copy(keys.resolve("seal-public.pem"), folder.resolve("seal-public.pem"));
    }

    private void tell() {
        Counts delta = new Counts();
        delta.set(100, 2_000, 250, 39, 100, 2_000);
        chain.begin(1);
        add(new NodeStarted("golden", 1, "0.2.0", 1, 100));
        seal();
        add(new SessionOpened(
                1, 1, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", "ü.example:443", "", "192.0.2.7:4711", "anna"));
        encoder.begin(sequence + 1, at());
        encoder.tryAddDelta(1, delta);
        encoder.tryAdd(at(), new SessionClosed(1, CloseReason.COMPLETED, 0, delta.toTally()));
        append();
        seal();
        add(new NodeStopped(2));
        seal();
    }

    private void seal() {
        Seal seal = key.seal(chain, "golden", 1, at());
        encoder.begin(sequence + 1, at());
        encoder.tryAdd(at(), seal);
        chain.sealed(seal);
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
        chain.record(sequence, bytes, 0, bytes.length);
    }
}
