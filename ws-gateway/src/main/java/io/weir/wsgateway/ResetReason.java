package io.weir.wsgateway;

/** Why a client of the topic {@code changes} is told everything anew. */
enum ResetReason {
    /** It has said no place to go on from, or one that it had before it was told to forget all rows. */
    NEW("new"),
    /** What it has not seen is not held in memory any more, and is too much or too slow to read. */
    TOO_OLD("too old"),
    /** Its place is one of another node's ledger, or of what this one lost with its machine. */
    OTHER_NODE("other node"),
    /** Its place is one that this ledger has not reached. */
    AHEAD("ahead");

    private final String text;

    ResetReason(String text) {
        this.text = text;
    }

    /** What the protocol calls it. */
    String text() {
        return text;
    }
}
