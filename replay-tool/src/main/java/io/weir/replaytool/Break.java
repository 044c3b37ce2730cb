package io.weir.replaytool;

/**
 * One reason why a journal is not proved. Immutable.
 *
 * @param kind what was done to it, as far as that can be told
 * @param sequence the first event that it concerns
 * @param file name of the file in the journal's folder; empty if it is not about a place
 * @param offset byte offset of the first record that it concerns
 * @param what what was found, for people
 * @param breaks which seal it breaks, for people; empty if none that follows
 */
record Break(Kind kind, long sequence, String file, long offset, String what, String breaks) {
    /** What can have happened. The names are part of the JSON report. */
    enum Kind {
        /** Bytes are not what was written: somebody changed them, or the disk did. */
        EDITED,
        /** Events are there that were not written there. */
        INSERTED,
        /** Events that were written are not there. */
        DELETED,
        /** Records are not in the order in which they were written. */
        REORDERED,
        /** A record is there twice. */
        DUPLICATED,
        /** The end that is known to have been there is not. */
        TRUNCATED,
        /** There is something else where an anchored seal was. */
        REWRITTEN,
        /** A seal's key is none of those that are trusted. */
        WRONG_KEY,
        /** A seal's key did not sign it, or it was made for another place. */
        FORGED,
        /** A chain begins that is bound to no seal before it. */
        CHAIN_RESTARTED,
        /** There is a key and no seal. */
        NOT_SEALED,
        /** The sums do not agree: what {@code weir audit} finds. */
        CONSERVATION,
        /** A start of the node found the end damaged and recorded that as a gap. */
        LOST_BEFORE_START,
        /** The journal states that events are lost: it was repaired. */
        LOST,
        /** There is nothing to start from: the beginning is missing and no checkpoint follows. */
        NO_STATE,
        /** The rest is of a later version. */
        NEWER_VERSION,
        /** The rest can't be read. */
        UNREADABLE,
        /** More than fits into a report. */
        NOT_LISTED
    }

    Break breaking(String seal) {
        return breaks.isEmpty() ? new Break(kind, sequence, file, offset, what, seal) : this;
    }

    /** Whether reading stopped there. */
    boolean isStop() {
        return kind == Kind.NEWER_VERSION || kind == Kind.UNREADABLE;
    }

    /** All of it as one line. */
    String line() {
        StringBuilder line = new StringBuilder(what);
        if (!breaks.isEmpty()) {
            line.append("; breaks ").append(breaks);
        }
        line.append(" [").append(kind);
        if (sequence != 0) {
            line.append(", sequence ").append(sequence);
        }
        if (!file.isEmpty()) {
            line.append(", ").append(file).append(" offset ").append(offset);
        }
        return line.append(']').toString();
    }
}
