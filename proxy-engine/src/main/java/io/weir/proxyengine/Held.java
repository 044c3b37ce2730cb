package io.weir.proxyengine;

import java.io.IOException;

/** Bytes that were taken from one socket and not yet by the other. Event loop only. */
interface Held {
    /**
     * Gives bytes to the socket.
     *
     * @return how many it took; 0 if it takes none now
     * @throws IOException when the socket is broken
     */
    int drain(RawSocket sink) throws IOException;

    boolean isEmpty();

    /** Gives up what is left, and whatever holds it. */
    void release();
}
