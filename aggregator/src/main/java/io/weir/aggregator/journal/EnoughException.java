package io.weir.aggregator.journal;

/** Ends {@link JournalReader#read} from inside a sink, and is caught by who called it; not a fault. Without a stack. */
public final class EnoughException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Always the same. */
    public EnoughException() {
        super("nothing more is wanted", null, false, false);
    }
}
