package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.RecordedExchange;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;

/** Comma-separated values, harmless in terminals and spreadsheets: see {@link Csv}. */
final class CsvRows implements ExportRows {
    private static final String[] COUNTS = {"up", "down", "overheadUp", "overheadDown", "originUp", "originDown"};

    private final ExportKind kind;
    private final Writer out;
    private final Csv csv = new Csv();

    CsvRows(ExportKind kind, Writer out) {
        this.kind = kind;
        this.out = out;
    }

    @Override
    public String head() {
        csv.text("sequence");
        switch (kind) {
            case SESSIONS ->
                csv.texts("id", "parentId", "protocol", "method", "host", "url", "remote", "user")
                        .texts("originAddress", "openedAt", "closedAt", "reason", "status")
                        .texts(COUNTS);
            case EVENTS -> csv.texts("time", "kind", "sessionId").texts(COUNTS).text("fields");
            case EXCHANGES ->
                csv.texts("time", "sessionId", "parentId", "protocol", "remote", "host", "method", "url", "status")
                        .texts("clientProtocol", "originProtocol", "originAddress", "originCertificate", "startedAt")
                        .texts("connectMicros", "tlsMicros", "firstByteMicros", "lastByteMicros")
                        .texts("requestBodyBytes", "requestBodySha256", "responseBodyBytes", "responseBodySha256")
                        .text("responseContentType")
                        .texts(COUNTS)
                        .texts("framesUp", "framesDown", "error");
        }
        return csv.row();
    }

    @Override
    public void session(long sequence, ConnectionInfo session) {
        CloseReason reason = session.reason();
        csv.numbers(sequence, session.id(), session.parentId());
        csv.texts(session.protocol().label(), session.method(), session.host(), session.url(), session.remote());
        csv.texts(session.user(), session.originAddress(), Figures.time(session.openedAtMillis()));
        csv.texts(Figures.time(session.closedAtMillis()), reason == null ? "" : reason.name());
        csv.number(session.status());
        counts(session.counts());
        write();
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        begin(sequence, atMillis, event.getClass().getSimpleName(), EventJson.sessionOf(event));
        if (event instanceof SessionClosed closed) {
            counts(closed.totals());
        } else {
            for (int i = 0; i < COUNTS.length; i++) {
                csv.none();
            }
        }
        StringWriter fields = new StringWriter();
        new EventJson(fields).fieldsOf(event);
        csv.ascii(fields.toString());
        write();
    }

    @Override
    public void delta(long sequence, long atMillis, long sessionId, Counts delta) {
        begin(sequence, atMillis, EventJson.DELTA, sessionId);
        counts(delta.toTally());
        csv.none();
        write();
    }

    private void begin(long sequence, long atMillis, String name, long sessionId) {
        csv.number(sequence).texts(Figures.time(atMillis), name).number(sessionId);
    }

    @Override
    public void exchange(RecordedExchange recorded) {
        ExchangeCompleted it = recorded.exchange();
        csv.number(recorded.sequence()).text(Figures.time(recorded.atMillis()));
        csv.numbers(it.sessionId(), it.parentId());
        csv.texts(it.protocol().label(), it.remote(), it.host(), it.method(), it.url());
        csv.number(it.status());
        csv.texts(it.clientProtocol(), it.originProtocol(), it.originAddress(), it.originCertificate());
        times(it.times());
        csv.number(it.request().bodyBytes()).text(it.request().bodySha256());
        csv.number(it.response().bodyBytes()).text(it.response().bodySha256());
        csv.text(it.response().value("Content-Type"));
        counts(it.messages());
        csv.numbers(it.framesUp(), it.framesDown()).text(it.error());
        write();
    }

    private void times(ExchangeTimes times) {
        csv.text(Figures.time(times.startedAtMillis()));
        span(times.connectMicros());
        span(times.tlsMicros());
        span(times.firstByteMicros());
        span(times.lastByteMicros());
    }

    private void span(long micros) {
        if (micros == ExchangeTimes.NEVER) {
            csv.none();
        } else {
            csv.number(micros);
        }
    }

    private void counts(Tally counts) {
        csv.numbers(counts.up(), counts.down(), counts.overheadUp(), counts.overheadDown());
        csv.numbers(counts.originUp(), counts.originDown());
    }

    private void write() {
        try {
            out.write(csv.row());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
