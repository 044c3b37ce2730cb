package io.weir.aggregator.journal;

import io.weir.aggregator.EventSink;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointConfig;
import io.weir.eventbus.LedgerEvent.CheckpointCounts;
import io.weir.eventbus.LedgerEvent.CheckpointCounts.Closed;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.CommandReceived;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.ConservationViolated;
import io.weir.eventbus.LedgerEvent.EventsOmitted;
import io.weir.eventbus.LedgerEvent.InterceptionBypassed;
import io.weir.eventbus.LedgerEvent.JournalGap;
import io.weir.eventbus.LedgerEvent.JournalPruned;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.NodeStopped;
import io.weir.eventbus.LedgerEvent.OriginConnected;
import io.weir.eventbus.LedgerEvent.ProtocolDetected;
import io.weir.eventbus.LedgerEvent.Seal;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionIdsReserved;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LedgerEvent.SessionRouted;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.SessionRoute;
import java.util.ArrayList;
import java.util.List;

/** Reads the events inside a record, as {@link RecordEncoder} draws them. */
final class EventReader {
    private static final int KEY_BYTES = 32; // of Ed25519
    private static final int DIGEST_BYTES = 32; // of SHA-256
    private static final int SIGNATURE_BYTES = 64;

    private final ByteReader in;
    private final ExchangeReader exchanges;
    private final Counts delta = new Counts();
    private long recordMillis;
    private long lastSession;
    private boolean isAlone;

    EventReader(ByteReader in) {
        this.in = in;
        this.exchanges = new ExchangeReader(in);
    }

    /**
     * Begins a record.
     *
     * @param count how many events it has
     */
    void begin(long atMillis, int count) {
        isAlone = count == 1;
        recordMillis = atMillis;
        lastSession = 0;
    }

    /** Whether an event comes next that is about the journal itself: a seal, a start of the node, what is no longer there. */
    boolean isAboutJournalNext() throws RecordFormatException {
        int kind = in.nextByte();
        return kind == EventKind.SEAL
                || kind == EventKind.NODE_STARTED
                || kind == EventKind.JOURNAL_PRUNED
                || kind == EventKind.EVENTS_OMITTED;
    }

    void readInto(EventSink sink, long sequence) throws RecordFormatException {
        int kind = in.oneByte();
        if ((kind & EventKind.BYTES_TRANSFERRED) != 0) {
            long sessionId = readDelta(kind);
            sink.transferred(sequence, recordMillis, sessionId, delta);
        } else {
            long atMillis = recordMillis + in.zigzag();
            sink.event(sequence, atMillis, read(kind));
        }
    }

    private long readDelta(int mask) throws RecordFormatException {
        long sessionId = session();
        boolean same = (mask & EventKind.SAME_AT_ORIGIN) != 0;
        if (same && (mask & (EventKind.ORIGIN_UP | EventKind.ORIGIN_DOWN)) != 0) {
            throw ByteReader.corrupt("has a delta that states the origin's counts twice");
        }
        long up = countIf(mask & EventKind.UP);
        long down = countIf(mask & EventKind.DOWN);
        long overheadUp = countIf(mask & EventKind.OVERHEAD_UP);
        long overheadDown = countIf(mask & EventKind.OVERHEAD_DOWN);
        long originUp = same ? up : countIf(mask & EventKind.ORIGIN_UP);
        long originDown = same ? down : countIf(mask & EventKind.ORIGIN_DOWN);
        delta.set(up, down, overheadUp, overheadDown, originUp, originDown);
        return sessionId;
    }

    private long countIf(int bit) throws RecordFormatException {
        return bit == 0 ? 0 : in.count();
    }

    private LedgerEvent read(int kind) throws RecordFormatException {
        return switch (kind) {
            case EventKind.NODE_STARTED -> new NodeStarted(in.text(), in.varint(), in.text(), in.varint(), in.varint());
            case EventKind.NODE_STOPPED -> new NodeStopped(in.varint());
            case EventKind.SESSION_IDS_RESERVED -> new SessionIdsReserved(in.varint());
            case EventKind.SESSION_OPENED -> opening();
            case EventKind.SESSION_ROUTED -> new SessionRouted(session(), route());
            case EventKind.ORIGIN_CONNECTED -> new OriginConnected(session(), in.text());
            case EventKind.SESSION_CLOSED -> new SessionClosed(session(), reason(), status(in), in.tally());
            case EventKind.CONNECTION_REFUSED -> new ConnectionRefused(session(), in.text(), in.text(), in.text());
            case EventKind.COMMAND_RECEIVED -> command(false);
            case EventKind.COMMAND_WITH_REASON -> command(true);
            case EventKind.CONFIG_CHANGED -> new ConfigChanged(in.varint(), in.text(), in.text());
            case EventKind.CONSERVATION_VIOLATED ->
                new ConservationViolated(session(), in.text(), in.tally(), in.tally());
            case EventKind.JOURNAL_GAP -> new JournalGap(in.zigzag(), in.zigzag(), in.text(), in.tally());
            case EventKind.CHECKPOINT_BEGUN ->
                new CheckpointBegun(in.varint(), in.varint(), in.varint(), in.varint(), in.tally(), in.smallCount());
            case EventKind.CHECKPOINT_COUNTS -> counts();
            case EventKind.CHECKPOINT_CONFIG -> new CheckpointConfig(in.varint(), in.text());
            case EventKind.CHECKPOINT_SESSION ->
                new CheckpointSession(opening(), recordMillis + in.zigzag(), in.text(), in.tally());
            case EventKind.CHECKPOINT_ROUTED_SESSION ->
                new CheckpointSession(opening(), recordMillis + in.zigzag(), in.text(), in.tally(), route());
            case EventKind.CHECKPOINT_ENDED -> new CheckpointEnded(in.varint());
            case EventKind.SEAL -> seal();
            case EventKind.EXCHANGE_COMPLETED -> exchanges.read(session(), recordMillis);
            case EventKind.PROTOCOL_DETECTED -> new ProtocolDetected(session(), protocol(in));
            case EventKind.INTERCEPTION_BYPASSED ->
                new InterceptionBypassed(session(), in.text(), in.text(), in.text(), recordMillis + in.zigzag());
            case EventKind.JOURNAL_PRUNED ->
                new JournalPruned(in.count(), recordMillis + in.zigzag(), in.count(), in.count(), in.text(), in.text());
            case EventKind.EVENTS_OMITTED -> omitted();
            default ->
                throw new RecordFormatException(FaultKind.NEWER_VERSION, "has an event of the unknown kind " + kind);
        };
    }

    private EventsOmitted omitted() throws RecordFormatException {
        if (!isAlone) {
            throw ByteReader.corrupt("leaves events out and has others");
        }
        return new EventsOmitted(in.count(), in.oneByte() != 0, in.text());
    }

    private SessionOpened opening() throws RecordFormatException {
        return new SessionOpened(
                session(), in.varint(), protocol(in), in.text(), in.text(), in.text(), in.text(), in.text());
    }

    private SessionRoute route() throws RecordFormatException {
        return new SessionRoute(in.count(), in.text(), in.text());
    }

    private CommandReceived command(boolean hasReason) throws RecordFormatException {
        long sessionId = session();
        return new CommandReceived(in.text(), sessionId, in.text(), hasReason ? in.text() : "");
    }

    private CheckpointCounts counts() throws RecordFormatException {
        long sinceSequence = in.count();
        int length = in.smallCount();
        if (length > in.remaining() / 3) { // no allocation that the bytes do not pay for
            throw ByteReader.corrupt("has " + length + " counts, more than there are bytes for");
        }
        List<Closed> closed = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            closed.add(new Closed(protocol(in), reason(), in.count()));
        }
        return new CheckpointCounts(sinceSequence, closed, in.count());
    }

    private Seal seal() throws RecordFormatException {
        return new Seal(
                in.count(),
                in.count(),
                in.count(),
                in.count(),
                in.text(),
                in.count(),
                in.hex(KEY_BYTES),
                in.hex(DIGEST_BYTES),
                in.hex(DIGEST_BYTES),
                in.hex(SIGNATURE_BYTES));
    }

    private long session() throws RecordFormatException {
        lastSession += in.zigzag();
        return lastSession;
    }

    static int status(ByteReader in) throws RecordFormatException {
        long status = in.zigzag();
        if (status != (int) status) {
            throw ByteReader.corrupt("has the status " + status);
        }
        return (int) status;
    }

    private CloseReason reason() throws RecordFormatException {
        int code = in.smallCount();
        try {
            return CloseReason.ofCode(code);
        } catch (IllegalArgumentException e) {
            throw new RecordFormatException(FaultKind.NEWER_VERSION, "has the unknown close reason " + code);
        }
    }

    static SessionProtocol protocol(ByteReader in) throws RecordFormatException {
        int code = in.smallCount();
        try {
            return SessionProtocol.ofCode(code);
        } catch (IllegalArgumentException e) {
            throw new RecordFormatException(FaultKind.NEWER_VERSION, "has the unknown session protocol " + code);
        }
    }
}
