package io.weir.eventbus;

/** Receives what the event loops publish. All calls come on the bus's one consumer thread. */
public interface BusConsumer {
    /**
     * Takes one slot. The slot is valid inside the call only.
     *
     * @param endOfBatch nothing more is waiting, or the batch has reached its limit: journal, fold and show now
     */
    void onSlot(RingSlot slot, boolean endOfBatch);

    /** Nothing came for a while, or {@link EventBus#wakeConsumer()} was called. */
    void onIdle();

    /** The bus is closed and everything that was published has been taken. The last call, unless it fails. */
    void onStop();

    /**
     * A call of this interface threw: the ledger can no longer be trusted to move. Nothing is called after this, not
     * even {@link #onStop}; what is published from now on is dropped, so that no event loop waits for it.
     */
    void onFailure(Throwable failure);
}
