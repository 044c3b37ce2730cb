package io.weir.proxyengine;

import io.netty.buffer.ByteBufAllocator;

/** The raw clients of one event loop: how many they are, and with what is read what they say first. That loop only, but for the count. */
final class LoopClients {
    private final AcceptLimit acceptLimit;
    private final HeadReader headReader = new HeadReader();
    private ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
    private volatile int count; // this loop's thread writes it, those of the others read it

    LoopClients(AcceptLimit acceptLimit) {
        this.acceptLimit = acceptLimit;
    }

    /** How many it serves, channels that were made of such ones included. Any thread; a moment's view. */
    int count() {
        return count;
    }

    /** One has come, for which the limit has let it in. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    void came() {
        count++;
    }

    /** One has gone, or one whose channel was taken over. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void left() {
        count--;
        acceptLimit.leave();
    }

    /** Whether there is room for one more client, on a connection that it shares with others; {@link #sharerLeft} gives it back. */
    boolean sharerCame() {
        return acceptLimit.enter();
    }

    /** One of the clients on a connection that several share has gone. */
    void sharerLeft() {
        acceptLimit.leave();
    }

    /** What reads the beginning of what they say. */
    HeadReader headReader() {
        return headReader;
    }

    /** Of what they said and of refusals to them. */
    ByteBufAllocator allocator() {
        return allocator;
    }

    /** Another allocator, for tests of what happens when memory has run out. */
    void allocator(ByteBufAllocator other) {
        allocator = other;
    }

    void release() {
        headReader.close();
    }
}
