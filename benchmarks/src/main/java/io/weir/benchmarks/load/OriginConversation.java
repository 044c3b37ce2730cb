package io.weir.benchmarks.load;

import java.io.IOException;

/** The origin's side: the client counts what goes wrong, so nothing is to be done about it here. */
interface OriginConversation extends Conversation {
    @Override
    default void ended() {}

    @Override
    default void failed(IOException cause) {}
}
