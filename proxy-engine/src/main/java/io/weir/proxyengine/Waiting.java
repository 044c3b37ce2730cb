package io.weir.proxyengine;

/** A client's connection that no session has yet, or has between two. Event loop of it. */
interface Waiting extends Swept {
    /** The node is stopping: ends it, unless it is in the middle of something. */
    void drain();

    /** Ends it, whatever it has said. */
    void close();
}
