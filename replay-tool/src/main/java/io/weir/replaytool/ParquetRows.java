package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.RecordedExchange;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.parquet.io.api.Binary;

/** Rows of a Parquet export, with the columns of {@link ParquetSchema}. One thread. */
final class ParquetRows implements ExportRows {
    private static final Binary DELTA = Binary.fromConstantByteArray(EventJson.DELTA.getBytes(StandardCharsets.UTF_8));

    private final ParquetFolder folder;

    ParquetRows(ParquetFolder folder) {
        this.folder = folder;
    }

    @Override
    public void session(long sequence, ConnectionInfo session) {
        CloseReason reason = session.reason();
        write(row -> {
            row.number(sequence).number(session.id()).number(session.parentId());
            row.text(session.protocol().label()).text(session.method()).text(session.host());
            row.text(session.url()).text(session.remote()).text(session.user()).text(session.originAddress());
            row.number(session.openedAtMillis()).number(session.closedAtMillis());
            row.text(reason == null ? "" : reason.name()).integer(session.status());
            counts(row, session.counts());
        });
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        StringWriter fields = new StringWriter();
        new EventJson(fields).fieldsOf(event);
        write(row -> {
            row.number(sequence).number(atMillis).text(event.getClass().getSimpleName());
            sessionId(row, EventJson.sessionOf(event));
            if (event instanceof SessionClosed closed) {
                counts(row, closed.totals());
            } else {
                row.none(Tally.class.getRecordComponents().length);
            }
            row.text(fields.toString());
        });
    }

    @Override
    public void delta(long sequence, long atMillis, long sessionId, Counts delta) {
        write(row -> {
            row.number(sequence).number(atMillis).text(DELTA);
            sessionId(row, sessionId);
            row.number(delta.up())
                    .number(delta.down())
                    .number(delta.overheadUp())
                    .number(delta.overheadDown());
            row.number(delta.originUp()).number(delta.originDown()).none(1);
        });
    }

    private static void sessionId(ParquetRow row, long id) {
        if (id == 0) {
            row.none(1);
        } else {
            row.number(id);
        }
    }

    private static void counts(ParquetRow row, Tally counts) {
        row.number(counts.up())
                .number(counts.down())
                .number(counts.overheadUp())
                .number(counts.overheadDown());
        row.number(counts.originUp()).number(counts.originDown());
    }

    @Override
    public void exchange(RecordedExchange recorded) {
        throw new IllegalStateException("exchanges are not exported as Parquet");
    }

    private void write(ParquetRow.Filler row) {
        try {
            folder.write(row);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
