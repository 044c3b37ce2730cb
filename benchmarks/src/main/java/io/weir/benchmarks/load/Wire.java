package io.weir.benchmarks.load;

import java.io.IOException;

/**
 * One end of a connection, plain or inside TLS. It has one message at a time to send: a few bytes and, after them, filler
 * from its beginning. Event loop's thread only.
 */
interface Wire {
    EventLoop loop();

    /** Another conversation goes on from here. */
    void handOverTo(Conversation next);

    /** From now on, what is sent counts as overhead, or no more. */
    void overhead(boolean on);

    /** Sends a message: the given bytes, then filler. {@link Conversation#drained} follows, perhaps at once. */
    void send(byte[] first, long filler) throws IOException;

    boolean isSending();

    /** Does something that the network can make fail; if it does, the conversation hears of it. */
    void attempt(Step step);

    /** Says that no more is sent. What still comes is taken and counted; {@link Conversation#ended} follows. */
    void end() throws IOException;

    /** Closes it; with everything received that was sent to us, that is an orderly end. */
    void close();

    /** Ends it with a reset, whatever is on its way. */
    void reset() throws IOException;

    /** Something that the network can make fail. */
    interface Step {
        void run() throws IOException;
    }
}
