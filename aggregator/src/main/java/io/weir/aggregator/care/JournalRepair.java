package io.weir.aggregator.care;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.OfflineLedger;
import io.weir.aggregator.journal.CheckpointHint;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalFault;
import io.weir.aggregator.journal.JournalFolder;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.PrunedMark;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.aggregator.journal.RecordTap;
import io.weir.aggregator.seal.SealKey;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.SessionIdsReserved;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a journal that a node can go on with from one that is damaged: all records that are whole, as they are, with their seals, and
 * where something is missing an event that says what and why. The caller's thread, once.
 *
 * <p>Nothing is guessed. A record whose sequences came before is passed over, as every reader does. Behind the last loss comes a
 * checkpoint of what could be added up, so that the next start has something to go on from.
 */
public final class JournalRepair implements EventSink, RecordTap {
    private static final long IDS_PASSED_OVER =
            1L << 24; // a lost end may have reserved as many, and given them to sessions
    private static final int CAUSE_CHARS = 500;

    /**
     * Events that could not be carried over.
     *
     * @param firstSequence the first of them
     * @param lastSequence the last of them, as far as that is known
     * @param cause what was found there
     */
    public record Loss(long firstSequence, long lastSequence, String cause) {}

    /**
     * What came of a repair.
     *
     * @param records how many records were carried over
     * @param losses what could not be; empty if nothing had to be repaired, and then nothing was made
     */
    public record Result(long records, List<Loss> losses) {}

    private final Path from;
    private final Path to;
    private final List<Loss> losses = new ArrayList<>();
    private final JournalReader reader;
    private @Nullable NewJournal target;
    private String damage = ""; // since the last record that was whole
    private long atMillis;
    private long records;
    private boolean isEndLost;

    private JournalRepair(Path from, Path to, JournalReader reader) {
        this.from = from;
        this.to = to;
        this.reader = reader;
    }

    /**
     * Whether there is anything to repair: reads the whole journal.
     *
     * @throws JournalException if it can't be read at all or is of a later version
     */
    public static boolean isNeeded(Path from, ReadProgress progress) {
        try (JournalReader reader = JournalReader.open(from)) {
            ReadOutcome outcome = reader.read(Nothing.INSTANCE, progress);
            requireKnown(outcome);
            return !outcome.isClean() || missingEnd(from, outcome.lastSequence()) > 0 || reader.findBehindEnd() >= 0;
        }
    }

    /**
     * Repairs a journal that nobody writes.
     *
     * @param to where the new journal is to be; a folder that is not there or holds none
     * @param key what seals the end of it; null: nothing does
     * @throws JournalException if the journal can't be read at all or is of a later version
     * @throws IOException if the new one can't be written; what was made of it is of no use
     */
    public static Result repair(Path from, Path to, @Nullable SealKey key, ReadProgress progress) throws IOException {
        NewJournal.requireNone(to);
        try (JournalReader reader = JournalReader.open(from)) {
            JournalRepair repair = new JournalRepair(from, to, reader);
            repair.copy(progress);
            repair.complete(key);
            return new Result(repair.records, List.copyOf(repair.losses));
        }
    }

    private static void requireKnown(ReadOutcome outcome) {
        outcome.faults().stream()
                .filter(fault -> fault.kind() == FaultKind.NEWER_VERSION)
                .findFirst()
                .ifPresent(fault -> {
                    throw new JournalException(
                            fault.kind(), fault + ". That is no damage, and nothing here can read it");
                });
    }

    /** The last event that is known to have been on the disk; 0 if the journal reaches as far. */
    private static long missingEnd(Path from, long lastSequence) {
        Optional<CheckpointHint> hint = CheckpointHint.read(from);
        long known = hint.map(each -> each.position().sequence() + 1).orElse(0L);
        return known > lastSequence ? known : 0;
    }

    private void copy(ReadProgress progress) throws IOException {
        reader.tap(this);
        try {
            do {
                requireKnown(reader.read(this, progress));
            } while (goesOn());
            loseEnd();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            if (target != null) {
                target.close();
            }
        }
    }

    /** Whether there is more behind what stopped the reader, to go on with. */
    private boolean goesOn() {
        JournalPosition end = reader.position();
        long behind = reader.findBehindEnd();
        if (behind >= 0) {
            reader.startWithin(end.file(), behind);
            return true;
        }
        Optional<String> later =
                JournalFolder.files(from).stream() // if the disk does not give a file, the next one may be whole
                        .filter(name -> name.compareTo(end.file()) > 0)
                        .findFirst();
        later.ifPresent(name -> reader.startAt(new JournalPosition(name, 0, lastSequence())));
        return later.isPresent();
    }

    private long lastSequence() {
        return target == null ? 0 : target.next() - 1;
    }

    private void loseEnd() throws IOException {
        long known = missingEnd(from, lastSequence());
        if (damage.isEmpty() && known == 0) {
            return;
        }
        if (damage.isEmpty()) {
            damage = "a checkpoint at sequence " + known + " was on the disk and is not there";
        }
        isEndLost = true;
        lose(Math.max(known, lastSequence() + 1));
    }

    private void lose(long last) throws IOException {
        NewJournal journal = target(1);
        Loss loss = new Loss(journal.next(), last, damage);
        losses.add(loss);
        journal.omit(last, true, atMillis, damage);
        damage = "";
    }

    private NewJournal target(long firstSequence) {
        NewJournal known = target;
        if (known == null) {
            known = NewJournal.create(
                    to, from, Math.min(firstSequence, PrunedMark.read(from).firstKept()));
            target = known;
        }
        return known;
    }

    private void complete(@Nullable SealKey key) throws IOException {
        try (OfflineLedger ledger = OfflineLedger.open(to, key, System::currentTimeMillis)) {
            if (isEndLost || ledger.fold().isUnsure()) {
                ledger.record(new SessionIdsReserved(ledger.fold().firstFreeSessionId() + IDS_PASSED_OVER));
            }
            ledger.checkpoint();
            ledger.finish();
        }
    }

    @Override
    public void record(long last, byte[] bytes, int offset, int length) {
        try {
            JournalPosition place = reader.recordPosition();
            NewJournal journal = target(place.sequence() + 1);
            if (last < journal.next()) {
                return; // these events came before
            }
            journal.file(place.file());
            if (place.sequence() >= journal.next()) {
                lose(place.sequence());
            }
            damage = "";
            journal.append(place.sequence() + 1, last, bytes, offset, length);
            records++;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void repeated(long firstSequence, byte[] bytes, int offset, int length) {}

    @Override
    public void fault(JournalFault fault) {
        boolean isCause = fault.kind() == FaultKind.CORRUPT_RECORD || fault.kind() == FaultKind.UNREADABLE;
        if (damage.isEmpty() && (isCause || fault.kind() == FaultKind.SEQUENCE_GAP)) {
            String text = fault.toString();
            damage = text.substring(0, Math.min(text.length(), CAUSE_CHARS));
        }
    }

    @Override
    public void transferred(long sequence, long eventAtMillis, long sessionId, Counts delta) {
        atMillis = eventAtMillis;
    }

    @Override
    public void event(long sequence, long eventAtMillis, LedgerEvent event) {
        atMillis = eventAtMillis;
    }

    private enum Nothing implements EventSink {
        INSTANCE;

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {}

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {}
    }
}
