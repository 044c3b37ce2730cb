package io.weir.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What one end of a connection says and expects. Event loop of the connection; an exception fails the connection. */
interface Conversation {
    /** The connection, or the tunnel in it, is there. */
    default void opened(Wire wire) throws IOException {}

    /** Something came; all of it must be consumed. */
    void received(Wire wire, ByteBuffer bytes) throws IOException;

    /** The kernel has taken all that was to be sent. */
    default void drained(Wire wire) throws IOException {}

    /** The other side sends no more, so the connection was closed. */
    void ended();

    /** The connection broke and is closed. */
    void failed(IOException cause);
}
