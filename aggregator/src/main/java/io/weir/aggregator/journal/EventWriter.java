package io.weir.aggregator.journal;

import io.weir.eventbus.Counts;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
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
import io.weir.eventbus.SessionRoute;

/** Writes the events inside a record, as {@link RecordEncoder} draws them. */
final class EventWriter {
    private final ByteWriter out;
    private final ExchangeWriter exchanges;
    private long recordMillis;
    private long lastSession;

    EventWriter(ByteWriter out) {
        this.out = out;
        this.exchanges = new ExchangeWriter(out);
    }

    void begin(long atMillis) {
        recordMillis = atMillis;
        lastSession = 0;
    }

    long lastSession() {
        return lastSession;
    }

    void lastSession(long id) {
        lastSession = id;
    }

    void writeDelta(long sessionId, Counts delta) {
        boolean same = delta.originUp() == delta.up() && delta.originDown() == delta.down();
        int mask = bit(EventKind.UP, delta.up())
                | bit(EventKind.DOWN, delta.down())
                | bit(EventKind.OVERHEAD_UP, delta.overheadUp())
                | bit(EventKind.OVERHEAD_DOWN, delta.overheadDown())
                | (same ? EventKind.SAME_AT_ORIGIN : 0)
                | (same ? 0 : bit(EventKind.ORIGIN_UP, delta.originUp()))
                | (same ? 0 : bit(EventKind.ORIGIN_DOWN, delta.originDown()));
        out.oneByte(EventKind.BYTES_TRANSFERRED | mask);
        session(sessionId);
        writeIf(mask & EventKind.UP, delta.up());
        writeIf(mask & EventKind.DOWN, delta.down());
        writeIf(mask & EventKind.OVERHEAD_UP, delta.overheadUp());
        writeIf(mask & EventKind.OVERHEAD_DOWN, delta.overheadDown());
        writeIf(mask & EventKind.ORIGIN_UP, delta.originUp());
        writeIf(mask & EventKind.ORIGIN_DOWN, delta.originDown());
    }

    private static int bit(int bit, long count) {
        return count == 0 ? 0 : bit;
    }

    private void writeIf(int bit, long count) {
        if (bit != 0) {
            out.varint(count);
        }
    }

    void write(long atMillis, LedgerEvent event) {
        if (event instanceof SessionOpened opened) {
            begin(EventKind.SESSION_OPENED, atMillis);
            opening(opened);
        } else if (event instanceof SessionRouted routed) {
            begin(EventKind.SESSION_ROUTED, atMillis);
            session(routed.sessionId());
            route(routed.route());
        } else if (event instanceof OriginConnected connected) {
            begin(EventKind.ORIGIN_CONNECTED, atMillis);
            session(connected.sessionId());
            out.text(connected.address());
        } else if (event instanceof SessionClosed closed) {
            begin(EventKind.SESSION_CLOSED, atMillis);
            session(closed.sessionId());
            out.varint(closed.reason().code());
            out.zigzag(closed.status());
            out.tally(closed.totals());
        } else if (event instanceof ExchangeCompleted exchange) {
            begin(EventKind.EXCHANGE_COMPLETED, atMillis);
            session(exchange.sessionId());
            exchanges.write(exchange, recordMillis);
        } else if (event instanceof ProtocolDetected detected) {
            begin(EventKind.PROTOCOL_DETECTED, atMillis);
            session(detected.sessionId());
            out.varint(detected.protocol().code());
        } else if (event instanceof BytesTransferred) {
            throw new IllegalArgumentException("deltas are written by writeDelta()");
        } else {
            writeRare(atMillis, event);
        }
    }

    private void writeRare(long atMillis, LedgerEvent event) {
        if (event instanceof ConnectionRefused refused) {
            begin(EventKind.CONNECTION_REFUSED, atMillis);
            session(refused.sessionId());
            texts(refused.remote(), refused.target(), refused.reason());
        } else if (event instanceof InterceptionBypassed bypassed) {
            begin(EventKind.INTERCEPTION_BYPASSED, atMillis);
            session(bypassed.sessionId());
            texts(bypassed.host(), bypassed.client(), bypassed.reason());
            out.zigzag(bypassed.untilMillis() - recordMillis);
        } else if (event instanceof CommandReceived command) {
            boolean hasReason = !command.why().isEmpty();
            begin(hasReason ? EventKind.COMMAND_WITH_REASON : EventKind.COMMAND_RECEIVED, atMillis);
            session(command.sessionId());
            texts(command.command(), command.by());
            if (hasReason) {
                out.text(command.why());
            }
        } else if (event instanceof ConfigChanged config) {
            begin(EventKind.CONFIG_CHANGED, atMillis);
            out.varint(config.version());
            texts(config.digest(), config.summary());
        } else if (event instanceof ConservationViolated violated) {
            begin(EventKind.CONSERVATION_VIOLATED, atMillis);
            session(violated.sessionId());
            out.text(violated.what());
            out.tally(violated.expected());
            out.tally(violated.found());
        } else if (event instanceof JournalGap gap) {
            begin(EventKind.JOURNAL_GAP, atMillis);
            out.zigzag(gap.fromMillis());
            out.zigzag(gap.toMillis());
            out.text(gap.cause());
            out.tally(gap.carried());
        } else {
            writeOfNode(atMillis, event);
        }
    }

    private void writeOfNode(long atMillis, LedgerEvent event) {
        if (event instanceof NodeStarted node) {
            begin(EventKind.NODE_STARTED, atMillis);
            out.text(node.nodeId());
            out.varint(node.boot());
            out.text(node.version());
            out.varint(node.firstSessionId());
            out.varint(node.idsReservedBelow());
        } else if (event instanceof NodeStopped node) {
            begin(EventKind.NODE_STOPPED, atMillis);
            out.varint(node.nextSessionId());
        } else if (event instanceof SessionIdsReserved reserved) {
            begin(EventKind.SESSION_IDS_RESERVED, atMillis);
            out.varint(reserved.below());
        } else if (event instanceof CheckpointBegun begun) {
            begin(EventKind.CHECKPOINT_BEGUN, atMillis);
            out.varint(begun.boot());
            out.varint(begun.idsReservedBelow());
            out.varint(begun.sessionsOpened());
            out.varint(begun.violations());
            out.tally(begun.totals());
            out.varint(begun.open());
        } else if (event instanceof CheckpointCounts counts) {
            begin(EventKind.CHECKPOINT_COUNTS, atMillis);
            counts(counts);
        } else if (event instanceof CheckpointConfig config) {
            begin(EventKind.CHECKPOINT_CONFIG, atMillis);
            out.varint(config.version());
            out.text(config.digest());
        } else if (event instanceof CheckpointSession session) {
            boolean isRouted = !session.route().equals(SessionRoute.NONE);
            begin(isRouted ? EventKind.CHECKPOINT_ROUTED_SESSION : EventKind.CHECKPOINT_SESSION, atMillis);
            opening(session.opened());
            out.zigzag(session.openedAtMillis() - recordMillis);
            out.text(session.originAddress());
            out.tally(session.totals());
            if (isRouted) {
                route(session.route());
            }
        } else if (event instanceof CheckpointEnded ended) {
            begin(EventKind.CHECKPOINT_ENDED, atMillis);
            out.varint(ended.beginSequence());
        } else if (event instanceof Seal seal) {
            begin(EventKind.SEAL, atMillis);
            seal(seal);
        } else if (event instanceof JournalPruned pruned) {
            begin(EventKind.JOURNAL_PRUNED, atMillis);
            out.varint(pruned.firstKept());
            out.zigzag(pruned.sinceMillis() - recordMillis);
            out.varint(pruned.files());
            out.varint(pruned.bytes());
            texts(pruned.by(), pruned.why());
        } else if (event instanceof EventsOmitted omitted) {
            begin(EventKind.EVENTS_OMITTED, atMillis);
            out.varint(omitted.lastSequence());
            out.oneByte(omitted.isLost() ? 1 : 0);
            out.text(omitted.cause());
        } else {
            throw new IllegalStateException("no kind stands for " + event.getClass());
        }
    }

    private void begin(int kind, long atMillis) {
        out.oneByte(kind);
        out.zigzag(atMillis - recordMillis);
    }

    private void opening(SessionOpened opened) {
        session(opened.sessionId());
        out.varint(opened.parentId());
        out.varint(opened.protocol().code());
        texts(opened.method(), opened.host(), opened.url(), opened.remote(), opened.user());
    }

    private void route(SessionRoute route) {
        out.varint(route.configVersion());
        texts(route.rule(), route.upstream());
    }

    private void counts(CheckpointCounts counts) {
        out.varint(counts.sinceSequence());
        out.varint(counts.closed().size());
        for (Closed closed : counts.closed()) {
            out.varint(closed.protocol().code());
            out.varint(closed.reason().code());
            out.varint(closed.sessions());
        }
        out.varint(counts.refused());
    }

    private void seal(Seal seal) {
        out.varint(seal.chainFirst());
        out.varint(seal.firstSequence());
        out.varint(seal.lastSequence());
        out.varint(seal.records());
        out.text(seal.nodeId());
        out.varint(seal.boot());
        out.hex(seal.publicKey());
        out.hex(seal.previous());
        out.hex(seal.digest());
        out.hex(seal.signature());
    }

    private void session(long id) {
        out.zigzag(id - lastSession);
        lastSession = id;
    }

    private void texts(String... values) {
        for (String value : values) {
            out.text(value);
        }
    }
}
