package io.weir.aggregator;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.JournalGap;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.NodeStopped;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the beginning and the end of a boot, and with them the ends of sessions that were left open. One thread at a time. */
final class BootRecord {
    static final long LONG_TAIL_EVENTS = 100_000;

    private static final Logger LOG = LoggerFactory.getLogger(BootRecord.class);

    private final LedgerWriter writer;
    private final LedgerFold fold;

    BootRecord(LedgerWriter writer, LedgerFold fold) {
        this.writer = writer;
        this.fold = fold;
    }

    /**
     * What the last boot left open is closed, and ids are reserved.
     *
     * @param firstId the first of them
     * @param below the first behind them
     */
    void begin(String nodeId, String version, Recovery recovered, long firstId, long below, long now)
            throws IOException {
        long lastMillis = fold.atMillis();
        writer.beginChain(now);
        writer.write(new NodeStarted(nodeId, fold.boot() + 1, version, firstId, below), now);
        if (!recovered.damage().isEmpty()) {
            writer.write(new JournalGap(lastMillis, now, recovered.damage(), Tally.ZERO), now);
        }
        int crashed = fold.openCount();
        closeAllOpen(CloseReason.NODE_CRASHED, now);
        if (crashed > 0) {
            LOG.warn("sessions ended with the node before this start sessions={} boot={}", crashed, fold.boot());
        }
        fold.usages().beginCounts();
        if (recovered.events() > LONG_TAIL_EVENTS) {
            writer.writeCheckpoint(now);
        }
    }

    /** @param nextSessionId the first that no session of this boot had */
    void end(long nextSessionId, long now) throws IOException {
        if (fold.openCount() > 0) {
            LOG.warn("sessions were left open at the stop sessions={}", fold.openCount());
            closeAllOpen(CloseReason.NODE_STOPPED, now);
        }
        writer.writeCheckpoint(now);
        writer.write(new NodeStopped(nextSessionId), now);
        writer.seal(now);
    }

    private void closeAllOpen(CloseReason reason, long now) throws IOException {
        List<ConnectionInfo> open = new ArrayList<>(fold.openCount());
        fold.forEachOpen(open::add);
        Collections.reverse(open); // the exchanges of a tunnel were opened after it and are closed before it
        EventBatch closes = new EventBatch();
        for (ConnectionInfo info : open) {
            closes.add(now, new SessionClosed(info.id(), reason, 0, info.counts()));
        }
        writer.write(closes, now);
    }
}
