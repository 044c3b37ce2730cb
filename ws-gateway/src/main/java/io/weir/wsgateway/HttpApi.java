package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.RecentExchanges;
import io.weir.aggregator.Snapshot;
import io.weir.eventbus.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.core.JsonGenerator;

/** Answers requests for figures. Event loop of the gateway. */
final class HttpApi {
    private static final int EXPECTED_BYTES = 1024;

    private final Ledger ledger;
    private final Supplier<NodeStatus> node;
    private final int maxRows;

    HttpApi(Ledger ledger, Supplier<NodeStatus> node, int maxRows) {
        this.ledger = ledger;
        this.node = node;
        this.maxRows = maxRows;
    }

    /** Whether the node is well: 200 if it is, 503 if its journal is not. */
    void sendHealth(Channel channel) {
        HealthReport report = new HealthReport(node.get(), ledger.health(), Addresses.text(channel.localAddress()));
        send(channel, report.isOk() ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE, report::write);
    }

    /** The totals of all time. */
    void sendTotals(Channel channel) {
        withSnapshot(channel, snapshot -> send(channel, HttpResponseStatus.OK, json -> writeTotals(json, snapshot)));
    }

    /** The rows that are open, the newest first, or those that closed last. */
    void sendSessions(Channel channel, QueryStringDecoder target) {
        String state = String.join(",", target.parameters().getOrDefault("state", List.of("open")));
        switch (state) {
            case "open" -> withSnapshot(channel, snapshot -> sendRows(channel, snapshot, open(snapshot)));
            case "recent" -> withSnapshot(channel, snapshot -> sendRows(channel, snapshot, snapshot.recentlyClosed()));
            default -> Replies.refuse(channel, HttpResponseStatus.BAD_REQUEST);
        }
    }

    /** The recent exchanges after a sequence, or the last ones if none is named. */
    void sendExchanges(Channel channel, QueryStringDecoder target) {
        ExchangesQuery.of(target)
                .ifPresentOrElse(
                        query -> withSnapshot(channel, snapshot -> sendExchanges(channel, snapshot, query)),
                        () -> Replies.refuse(channel, HttpResponseStatus.BAD_REQUEST));
    }

    private void sendExchanges(Channel channel, Snapshot snapshot, ExchangesQuery query) {
        RecentExchanges.Page page = query.page(ledger.exchanges(), snapshot.sequence());
        send(channel, HttpResponseStatus.OK, json -> {
            json.writeNumberProperty("seq", snapshot.sequence());
            json.writeNumberProperty("missed", page.missed());
            json.writeBooleanProperty("more", page.more());
            json.writeArrayPropertyStart("data");
            page.exchanges().forEach(each -> ExchangeRow.write(json, each));
            json.writeEndArray();
        });
    }

    private static List<ConnectionInfo> open(Snapshot snapshot) {
        List<ConnectionInfo> rows = new ArrayList<>(snapshot.openCount());
        snapshot.forEachOpen(rows::add);
        return rows;
    }

    private void sendRows(Channel channel, Snapshot snapshot, List<ConnectionInfo> rows) {
        List<ConnectionInfo> sorted = SessionRow.newestFirst(rows);
        send(channel, HttpResponseStatus.OK, json -> {
            json.writeNumberProperty("seq", snapshot.sequence());
            json.writeNumberProperty("total", sorted.size());
            json.writeArrayPropertyStart("data");
            sorted.stream().limit(maxRows).forEach(row -> SessionRow.write(json, row));
            json.writeEndArray();
        });
    }

    private static void writeTotals(JsonGenerator json, Snapshot snapshot) {
        Tally totals = snapshot.totals();
        json.writeNumberProperty("seq", snapshot.sequence());
        json.writeStringProperty("time", Json.time(snapshot.atMillis()));
        json.writeObjectPropertyStart("totals");
        json.writeNumberProperty("up", totals.up());
        json.writeNumberProperty("down", totals.down());
        json.writeNumberProperty("overheadUp", totals.overheadUp());
        json.writeNumberProperty("overheadDown", totals.overheadDown());
        json.writeNumberProperty("originUp", totals.originUp());
        json.writeNumberProperty("originDown", totals.originDown());
        json.writeEndObject();
        json.writeNumberProperty("sessions", snapshot.sessionsOpened());
        json.writeNumberProperty("open", snapshot.openCount());
        json.writeNumberProperty("violations", snapshot.violations());
    }

    /** The answer may come on the aggregator's thread, into which nothing may be thrown, and may never come. */
    private void withSnapshot(Channel channel, Consumer<Snapshot> reader) {
        ledger.requestSnapshot(snapshot -> {
            try {
                channel.eventLoop().execute(() -> reader.accept(snapshot));
            } catch (RejectedExecutionException e) {
                return; // the gateway was closed meanwhile
            }
        });
    }

    private static void send(Channel channel, HttpResponseStatus status, Json.Fields fields) {
        ByteBuf body = Json.object(channel.alloc(), EXPECTED_BYTES, fields);
        Replies.send(channel, status, Replies.JSON, body);
    }
}
