package io.weir.replaytool;

import io.weir.eventbus.Tally;
import org.jspecify.annotations.Nullable;

/**
 * One reason why a journal is not as it must be. Immutable.
 *
 * @param kind which law or rule
 * @param sequence the event that shows it; for damage the last whole event before it
 * @param sessionId the session; 0 if it concerns none or all
 * @param file name of the file in the journal's folder; empty if it is not about a place
 * @param offset byte offset of the record in that file
 * @param what what was found, for people
 * @param expected what a handler or a checkpoint states
 * @param found what the deltas add up to
 */
record Finding(
        Kind kind,
        long sequence,
        long sessionId,
        String file,
        long offset,
        String what,
        @Nullable Tally expected,
        @Nullable Tally found) {

    /** What can be wrong. The names are part of the JSON report. */
    enum Kind {
        /** Bytes of a file are not what was written. */
        CORRUPT_RECORD,
        /** Events are missing. */
        SEQUENCE_GAP,
        /** Events come twice. */
        DUPLICATE_SEQUENCE,
        /** The rest is of a later version. */
        NEWER_VERSION,
        /** The rest can't be read. */
        UNREADABLE,
        /** Two counts that must agree do not, or the order of events is impossible. */
        CONSERVATION,
        /** The sessions' sums do not add up to the global totals. */
        ROOT_SUM,
        /** The journal ends before something that it is known to have held. */
        END_MISSING,
        /** There is nothing to start from: the beginning is missing and no checkpoint follows. */
        NO_STATE,
        /** A start of the node found the end damaged and recorded that as a gap. */
        LOST_BEFORE_START,
        /** The journal states that events are lost: it was repaired. */
        LOST,
        /** More than fits into a report. */
        NOT_LISTED
    }

    static Finding of(Kind kind, long sequence, String what) {
        return new Finding(kind, sequence, 0, "", 0, what, null, null);
    }

    /** The finding as one line. */
    String line() {
        StringBuilder line = new StringBuilder(sentence());
        line.append(" [").append(kind);
        if (sequence != 0) {
            line.append(", sequence ").append(sequence);
        }
        if (!file.isEmpty()) {
            line.append(", ").append(file).append(" offset ").append(offset);
        }
        return line.append(']').toString();
    }

    /** What was found, with the session and the figures, without the kind and the place. */
    String sentence() {
        StringBuilder line = new StringBuilder(what);
        if (sessionId != 0) {
            line.insert(0, "session " + sessionId + ": ");
        }
        if (expected != null && found != null && !expected.equals(found)) {
            line.append(": expected ")
                    .append(counts(expected))
                    .append(", found ")
                    .append(counts(found));
        }
        return line.toString();
    }

    private static String counts(Tally tally) {
        return "up=" + tally.up() + " down=" + tally.down() + " overheadUp=" + tally.overheadUp() + " overheadDown="
                + tally.overheadDown() + " originUp=" + tally.originUp() + " originDown=" + tally.originDown();
    }
}
