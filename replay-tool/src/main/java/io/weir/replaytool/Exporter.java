package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.EventSink;
import io.weir.aggregator.LedgerFold;
import io.weir.aggregator.RecordedExchange;
import io.weir.aggregator.history.JournalLocator;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.eventbus.Counts;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Turns events into rows of an export, from where it was left. One thread. Sessions are folded from a checkpoint before that place on,
 * so that each has the bytes of its whole life.
 */
final class Exporter implements EventSink {
    private final ExportTarget target;
    private final ExportRows rows;
    private final ExportKind kind;
    private final ExportMark resumed;
    private final LedgerFold fold = new LedgerFold();
    private long rowCount;
    private long skipped;

    Exporter(ExportTarget target, ExportRows rows) {
        this.target = target;
        this.rows = rows;
        this.resumed = target.mark();
        this.kind = resumed.kind();
        this.rowCount = resumed.rows();
    }

    /** Where reading must begin for an export to go on behind an event. */
    static JournalPosition begin(ExportKind kind, long afterSequence, JournalLocator locator) {
        if (afterSequence <= 0) {
            return JournalPosition.BEGINNING;
        }
        return kind == ExportKind.SESSIONS ? locator.checkpointBefore(afterSequence) : locator.recordOf(afterSequence);
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        if (isWanted(sequence, atMillis) && kind == ExportKind.EVENTS) {
            rows.delta(sequence, atMillis, sessionId, delta);
            rowCount++;
        }
        if (kind == ExportKind.SESSIONS) {
            fold.transferred(sequence, atMillis, sessionId, delta);
        }
        reached(sequence, atMillis);
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        if (isWanted(sequence, atMillis)) {
            row(sequence, atMillis, event);
        }
        if (kind == ExportKind.SESSIONS) {
            fold.event(sequence, atMillis, event);
        }
        reached(sequence, atMillis);
    }

    private void row(long sequence, long atMillis, LedgerEvent event) {
        if (kind == ExportKind.EVENTS) {
            rows.event(sequence, atMillis, event);
            rowCount++;
        } else if (kind == ExportKind.EXCHANGES && event instanceof ExchangeCompleted exchange) {
            rows.exchange(new RecordedExchange(sequence, atMillis, exchange));
            rowCount++;
        } else if (kind == ExportKind.SESSIONS && event instanceof SessionClosed closed) {
            ConnectionInfo open = fold.findOpen(closed.sessionId());
            if (open != null) {
                rows.session(sequence, Endings.of(open, atMillis, closed));
                rowCount++;
            } else {
                skipped++;
            }
        }
    }

    /** Whether the event is behind what was exported; and whether this is the same journal as then. */
    private boolean isWanted(long sequence, long atMillis) {
        boolean isOther =
                sequence == resumed.lastSequence() && resumed.lastMillis() != 0 && resumed.lastMillis() != atMillis;
        if (isOther) {
            throw new JournalException(
                    FaultKind.DUPLICATE_SEQUENCE,
                    "event " + sequence + " is of " + Figures.time(atMillis) + " and was of "
                            + Figures.time(resumed.lastMillis())
                            + " when it was exported: this is not the journal that the export was begun with");
        }
        return sequence > resumed.lastSequence();
    }

    private void reached(long sequence, long atMillis) {
        if (sequence <= resumed.lastSequence()) {
            return;
        }
        try {
            target.reached(sequence, atMillis, rowCount);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many sessions were closed of which the journal does not have the beginning, and so no row. */
    long skipped() {
        return skipped;
    }
}
