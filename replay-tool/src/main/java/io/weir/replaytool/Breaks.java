package io.weir.replaytool;

import io.weir.aggregator.journal.JournalFault;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.replaytool.Break.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects what is wrong while a journal is read, in its order, and tells apart what a reader calls a gap or a repetition. One
 * thread. Keeps a bounded number of findings and of the records that came last.
 */
final class Breaks {
    /** How many are listed at most. */
    static final int LISTED = 1_000;

    private static final int RECORDS_KNOWN = 4_096;
    private static final int CRC_BYTES = 4;

    private final List<Break> list = new ArrayList<>();
    private final long[] knownFirst = new long[RECORDS_KNOWN];
    private final int[] knownCrc = new int[RECORDS_KNOWN];
    private long records;
    private long unlisted;
    private @Nullable Break beginning; // that events are missing there
    private int gap = -1; // where the latest gap is in the list
    private long gapFrom;
    private long gapTo;
    private int spanFrom; // the first finding of the span that is being read

    void add(Kind kind, long sequence, JournalPosition place, String what) {
        if (list.size() < LISTED) {
            list.add(new Break(kind, sequence, place.file(), place.offset(), what, ""));
        } else {
            unlisted++;
        }
    }

    /** A record came in its place. */
    void record(long firstSequence, byte[] bytes, int offset, int length) {
        int i = (int) (records++ % RECORDS_KNOWN);
        knownFirst[i] = firstSequence;
        knownCrc[i] = crc(bytes, offset, length);
    }

    /** Events are missing before a record. */
    void gap(long from, long to, JournalPosition place) {
        gapFrom = from;
        gapTo = to;
        String what = "the events " + from + " to " + to + " are missing before the record";
        if (from == 1 && records == 0) { // explains nothing that follows, and may itself be explained by what follows
            beginning = new Break(Kind.DELETED, from, place.file(), place.offset(), what, "");
        } else {
            gap = list.size();
            add(Kind.DELETED, from, place, what);
        }
    }

    /** Lists that events are missing at the journal's beginning, if they are: nobody says that they were pruned. Answers whether they are. */
    boolean addBeginning() {
        Break missing = beginning;
        if (missing != null) {
            list.add(missing);
        }
        return missing != null;
    }

    /** A record came whose sequences came before. */
    void repeated(long firstSequence, byte[] bytes, int offset, int length, JournalPosition place) {
        Break missingFirst = beginning;
        if (missingFirst != null && firstSequence == 1 && gap < 0) {
            beginning = null;
            add(
                    Kind.REORDERED,
                    1,
                    new JournalPosition(missingFirst.file(), missingFirst.offset(), 0),
                    "the record comes before that of the events from 1 on, which is at offset " + place.offset()
                            + " of " + place.file());
            return;
        }
        if (gap >= 0 && gap < list.size() && firstSequence >= gapFrom && firstSequence <= gapTo) {
            Break missing = list.get(gap);
            list.set(
                    gap,
                    new Break(
                            Kind.REORDERED,
                            gapFrom,
                            missing.file(),
                            missing.offset(),
                            "the record comes before that of the events from " + gapFrom + " on, which is at offset "
                                    + place.offset() + " of " + place.file(),
                            missing.breaks()));
            return;
        }
        Integer crc = knownCrcOf(firstSequence);
        if (crc != null && crc == crc(bytes, offset, length)) {
            add(
                    Kind.DUPLICATED,
                    firstSequence,
                    place,
                    "the record with the events from " + firstSequence + " on came before");
        } else {
            add(
                    Kind.INSERTED,
                    firstSequence,
                    place,
                    "a record claims the events from " + firstSequence + " on, which came before");
        }
    }

    private @Nullable Integer knownCrcOf(long firstSequence) {
        for (int i = 0; i < Math.min(records, RECORDS_KNOWN); i++) {
            if (knownFirst[i] == firstSequence) {
                return knownCrc[i];
            }
        }
        return null;
    }

    private static int crc(byte[] bytes, int offset, int length) {
        int crc = 0;
        for (int i = 1; i <= CRC_BYTES; i++) {
            crc = (crc << 8) | (bytes[offset + length - i] & 0xFF);
        }
        return crc;
    }

    /** The reader met damage, or something that it can't read. */
    void fault(JournalFault fault) {
        JournalPosition place = new JournalPosition(fault.file(), fault.offset(), fault.afterSequence());
        long sequence = fault.afterSequence() + 1;
        switch (fault.kind()) {
            case CORRUPT_RECORD -> add(Kind.EDITED, sequence, place, "the record " + fault.what());
            case NEWER_VERSION -> add(Kind.NEWER_VERSION, sequence, place, "the record " + fault.what());
            case NOT_A_JOURNAL, UNREADABLE, LOCKED, UNWRITABLE ->
                add(Kind.UNREADABLE, sequence, place, "the rest " + fault.what());
            case SEQUENCE_GAP, DUPLICATE_SEQUENCE -> {} // told apart by gap() and repeated()
        }
    }

    /** A span ends with a seal that fits. */
    void spanEnds() {
        spanFrom = list.size();
    }

    /** A span ends with a seal that does not fit. Answers whether something in the span explains that. */
    boolean spanBreaks(String seal) {
        boolean isExplained = list.size() > spanFrom;
        if (isExplained) {
            list.set(spanFrom, list.get(spanFrom).breaking(seal));
        }
        spanFrom = list.size();
        return isExplained;
    }

    List<Break> list() {
        return List.copyOf(list);
    }

    long unlisted() {
        return unlisted;
    }
}
