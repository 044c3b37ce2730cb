package io.weir.wsgateway;

import java.util.Set;

/** What a dashboard asks for. Immutable. */
sealed interface ClientCommand {
    /** To be sent these topics and no others. */
    record Subscribe(Set<Topic> topics, LogLevel logLevel) implements ClientCommand {
        /** What a client has subscribed to before it says anything. */
        static final Subscribe NOTHING = new Subscribe(Set.of(), LogLevel.INFO);

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
