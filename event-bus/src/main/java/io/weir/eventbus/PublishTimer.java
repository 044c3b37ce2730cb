package io.weir.eventbus;

/** Runs a task on the event loop that owns a {@link LoopPublisher}, later. Called on that loop only. */
@FunctionalInterface
public interface PublishTimer {
    /** Runs {@code task} once on the loop after {@code delayMillis}. */
    void schedule(Runnable task, long delayMillis);
}
