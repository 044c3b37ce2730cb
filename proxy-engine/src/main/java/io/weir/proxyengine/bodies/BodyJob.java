package io.weir.proxyengine.bodies;

import io.netty.buffer.ByteBuf;

/** What the store's thread is asked to do. Jobs of one body are queued by one event loop, so they come in order. */
sealed interface BodyJob {
    /** Write these bytes; whoever takes the job gives them back to the queue. */
    record Piece(UnfinishedBody body, ByteBuf bytes) implements BodyJob {}

    /** The body is whole: keep it, and tell. */
    record End(UnfinishedBody body, long bytes) implements BodyJob {}

    /** The recorder has given the body up, and tells that itself. */
    record Abandon(UnfinishedBody body) implements BodyJob {}

    /** Nothing comes after it that must be done. */
    record Stop() implements BodyJob {}
}
