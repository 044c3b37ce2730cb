package io.weir.wsgateway;

import java.util.Set;

/** What a dashboard asks for. Immutable. */
sealed interface ClientCommand {
    /**
     * To be sent these topics and no others.
     *
     * @param from the sequence up to which the client has all {@code changes}; 0 if it has none
     * @param node the node that this sequence is of; empty if the client does not say
     */
    record Subscribe(Set<Topic> topics, LogLevel logLevel, long from, String node) implements ClientCommand {
        /** What a client has subscribed to before it says anything. */
        static final Subscribe NOTHING = new Subscribe(Set.of(), LogLevel.INFO, 0, "");

        /** Copies the set. */
        public Subscribe {
            topics = Set.copyOf(topics);
        }
    }

    /** To close one session; why is one line, empty if nobody said. */
    record CloseConnection(long id, String why) implements ClientCommand {}

    /** To close every session; why is one line, empty if nobody said. */
    record CloseAllConnections(String why) implements ClientCommand {}

    /** Something that another version may know; nothing is done. */
    record Unknown() implements ClientCommand {}

    /** Not a command at all. */
    record Malformed(String why) implements ClientCommand {}
}
