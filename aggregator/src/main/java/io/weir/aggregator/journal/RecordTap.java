package io.weir.aggregator.journal;

/**
 * Sees the records themselves while a {@link JournalReader} hands out their events, and what is wrong with them, in the order of
 * the journal. On the reading thread.
 */
public interface RecordTap {
    /** Looks at nothing. */
    RecordTap NONE = new RecordTap() {
        @Override
        public void record(long lastSequence, byte[] bytes, int offset, int length) {}

        @Override
        public void repeated(long firstSequence, byte[] bytes, int offset, int length) {}

        @Override
        public void fault(JournalFault fault) {}
    };

    /**
     * A record whose events were handed out, its last one just now.
     *
     * @param bytes the reader's own: to be read here and not kept
     */
    void record(long lastSequence, byte[] bytes, int offset, int length);

    /** A record that was passed over because its events had come before; its fault follows. */
    void repeated(long firstSequence, byte[] bytes, int offset, int length);

    /** Something is wrong at this place. */
    void fault(JournalFault fault);
}
