package io.weir.eventbus;

/** What can wait in a {@link LoopPublisher}'s queue, once: a session, or an event of no session. That loop only. */
abstract sealed class Pending permits SessionMeter, Pending.Notice {
    /** The queue's own: whether it holds this one. */
    boolean isQueued;

    /** The queue's own: whether it has a second place there, for its last word. */
    boolean hasLaterPlace;

    /** Publishes what there is to say, if anything, unless the ring is full. Answers whether nothing is left to say. */
    abstract boolean tryPublish(EventBus bus);

    /** An event of no session, with the time at which it happened. */
    static final class Notice extends Pending {
        private final LedgerEvent event;
        private final long atMillis;
        private final Runnable published;

        Notice(LedgerEvent event, long atMillis, Runnable published) {
            this.event = event;
            this.atMillis = atMillis;
            this.published = published;
        }

        @Override
        boolean tryPublish(EventBus bus) {
            boolean isPublished = bus.tryPublish(event, atMillis);
            if (isPublished) {
                published.run();
            }
            return isPublished;
        }
    }
}
