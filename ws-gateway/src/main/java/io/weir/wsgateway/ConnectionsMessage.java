package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.Snapshot;
import io.weir.wsgateway.SnapshotReader.Reading;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/**
 * Writes {@code connections} messages: active rows first, the newest on top, then the closed ones. Event loop of the
 * gateway.
 *
 * <p>What does not fit is the end of that order, and the message says {@code capped}, so that nobody takes a row that is
 * missing for one that closed.
 */
final class ConnectionsMessage {
    /** So long after its end a session is still sent. */
    static final long CLOSED_SHOWN_MILLIS = 2500;

    private static final int LEAST_BYTES = 1024;

    private final int maxRows;
    private final int maxBytes;
    private int expectedBytes = LEAST_BYTES;

    ConnectionsMessage(int maxRows, int maxBytes) {
        this.maxRows = maxRows;
        this.maxBytes = maxBytes;
    }

    /** The message; the caller owns it. */
    ByteBuf write(ByteBufAllocator allocator, Reading reading) {
        List<ConnectionInfo> rows = rows(reading.snapshot());
        ByteBuf buffer = allocator.buffer(expectedBytes);
        ByteBuf written = Json.object(buffer, json -> writeFields(json, reading, rows, buffer));
        expectedBytes = Math.max(LEAST_BYTES, written.readableBytes() + written.readableBytes() / 8);
        return written;
    }

    private void writeFields(JsonGenerator json, Reading reading, List<ConnectionInfo> rows, ByteBuf buffer) {
        json.writeStringProperty("type", "connections");
        json.writeNumberProperty("seq", reading.snapshot().sequence());
        json.writeNumberProperty("total", rows.size());
        json.writeArrayPropertyStart("data");
        int sent = 0;
        while (sent < rows.size() && sent < maxRows && buffer.readableBytes() < maxBytes) {
            SessionRow.write(json, rows.get(sent));
            sent++;
        }
        json.writeEndArray();
        if (sent < rows.size()) {
            json.writeBooleanProperty("capped", true);
        }
        if (reading.stale()) {
            json.writeBooleanProperty("stale", true);
        }
    }

    private static List<ConnectionInfo> rows(Snapshot snapshot) {
        List<ConnectionInfo> open = new ArrayList<>(snapshot.openCount());
        snapshot.forEachOpen(open::add);
        long since = snapshot.atMillis() - CLOSED_SHOWN_MILLIS;
        List<ConnectionInfo> justClosed = snapshot.recentlyClosed().stream()
                .filter(row -> row.closedAtMillis() >= since)
                .toList();
        List<ConnectionInfo> rows = SessionRow.newestFirst(open);
        rows.addAll(SessionRow.newestFirst(justClosed));
        return rows;
    }
}
