package io.weir.aggregator.journal;

/** What can be wrong with a journal. */
public enum FaultKind {
    /** The folder or a file in it is not a journal, or holds none. */
    NOT_A_JOURNAL,
    /** A file could not be read: permissions, or the disk. */
    UNREADABLE,
    /** A record is whole and was written by a later version. Reading stops there. */
    NEWER_VERSION,
    /** Bytes are not what was written. Reading goes on with the next record that is whole. */
    CORRUPT_RECORD,
    /** Events are missing between two records. */
    SEQUENCE_GAP,
    /** A record repeats events that came before; it was passed over. */
    DUPLICATE_SEQUENCE,
    /** Somebody else writes this journal. */
    LOCKED,
    /** The journal could not be written. */
    UNWRITABLE
}
