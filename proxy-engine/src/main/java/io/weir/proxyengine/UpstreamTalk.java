package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** What is said between us and an upstream until a tunnel through it stands. Knows no socket: takes bytes, and says what to do. One use. */
interface UpstreamTalk {
    /** What to do next. */
    enum Step {
        /** Nothing was decided: wait for more. */
        MORE,
        /** {@link #next} is to be sent. */
        SAY,
        /** The tunnel stands; what is left belongs to it. */
        STANDS,
        /** There is none; {@link #fault} says why. */
        REFUSED
    }

    /** What is to be sent now: at first, and after {@link Step#SAY}. The reference is the caller's. */
    ByteBuf next(ByteBufAllocator allocator);

    /** Takes what it understands of what has come, and leaves the rest. */
    Step take(ByteBuf said);

    /** Why there is no tunnel. */
    UpstreamFault fault();
}
