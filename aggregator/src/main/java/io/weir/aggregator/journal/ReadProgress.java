package io.weir.aggregator.journal;

/** Is told how far reading came, every few hundred records. Called on the reading thread. */
@FunctionalInterface
public interface ReadProgress {
    /** Tells nobody. */
    ReadProgress NONE = (position, bytesRead) -> {};

    /**
     * Reading came this far.
     *
     * @param bytesRead bytes of the journal's files passed in this call of {@link JournalReader#read}
     */
    void reached(JournalPosition position, long bytesRead);
}
