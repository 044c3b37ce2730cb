package io.weir.aggregator.journal;

/** The numbers that stand for the kinds of events in a record. Part of the format: never used again for another. */
final class EventKind {
    static final int NODE_STARTED = 1;
    static final int NODE_STOPPED = 2;
    static final int SESSION_IDS_RESERVED = 3;
    static final int SESSION_OPENED = 4;
    static final int ORIGIN_CONNECTED = 5;
    static final int SESSION_CLOSED = 6;
    static final int CONNECTION_REFUSED = 7;
    static final int COMMAND_RECEIVED = 8;
    static final int CONFIG_CHANGED = 9;
    static final int CONSERVATION_VIOLATED = 10;
    static final int JOURNAL_GAP = 11;
    static final int CHECKPOINT_BEGUN = 12;
    static final int CHECKPOINT_SESSION = 13;
    static final int CHECKPOINT_ENDED = 14;
    static final int SEAL = 15;
    static final int EXCHANGE_COMPLETED = 16;
    static final int PROTOCOL_DETECTED = 17;
    static final int INTERCEPTION_BYPASSED = 18;
    static final int CHECKPOINT_COUNTS = 19;
    static final int COMMAND_WITH_REASON = 20;
    static final int JOURNAL_PRUNED = 21;
    static final int EVENTS_OMITTED = 22;
    static final int CHECKPOINT_CONFIG = 23;
    static final int SESSION_ROUTED = 24;
    static final int CHECKPOINT_ROUTED_SESSION = 25;

    /** From this one on it is a delta, and the low seven bits say which counts follow. */
    static final int BYTES_TRANSFERRED = 0x80;

    /** The origin's two counts are those of the client's payload and are not repeated. */
    static final int SAME_AT_ORIGIN = 0x40;

    static final int UP = 0x01;
    static final int DOWN = 0x02;
    static final int OVERHEAD_UP = 0x04;
    static final int OVERHEAD_DOWN = 0x08;
    static final int ORIGIN_UP = 0x10;
    static final int ORIGIN_DOWN = 0x20;

    private EventKind() {}
}
