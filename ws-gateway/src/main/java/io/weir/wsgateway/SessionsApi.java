package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.history.ClosedPage;
import io.weir.aggregator.history.ScanControl;
import io.weir.aggregator.history.Timeline;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import tools.jackson.core.JsonGenerator;

/**
 * Answers requests for sessions: lists, one session, what it moved when. Event loop of the gateway; lists out of a snapshot are worked
 * out on {@code weir-gateway-rows}, since there may be 100,000 rows, and the past on {@code weir-gateway-history}.
 */
final class SessionsApi {
    private static final Pattern ID = Pattern.compile("[0-9]{1,16}");
    private static final int EXPECTED_BYTES = 1024;
    private static final int MAX_BYTES = 8 << 20; // and one row more; a row of hostile texts has 60 KiB
    private static final int MAX_CHILDREN = 2_000;
    private static final int USUAL_POINTS = 300;
    private static final int MAX_POINTS = 2_000;

    private final Ledger ledger;
    private final FreshSnapshots snapshots;
    private final Questions rows;
    private final Questions history;

    SessionsApi(Ledger ledger, FreshSnapshots snapshots, Questions rows, Questions history) {
        this.ledger = ledger;
        this.snapshots = snapshots;
        this.rows = rows;
        this.history = history;
    }

    /** The sessions that are open, closed a moment ago, or closed ever. */
    void sendSessions(Channel channel, QueryStringDecoder target) throws BadQuestionException {
        SessionsQuery query = SessionsQuery.of(target);
        if (query.state() == SessionsQuery.State.CLOSED) {
            history.ask(channel, control -> closed(channel.alloc(), query, control));
        } else {
            snapshots.with(
                    channel, snapshot -> rows.ask(channel, control -> ofSnapshot(channel.alloc(), query, snapshot)));
        }
    }

    private static Answer ofSnapshot(ByteBufAllocator allocator, SessionsQuery query, Snapshot snapshot) {
        SessionsPage page = SessionsPage.of(query);
        if (query.state() == SessionsQuery.State.OPEN) {
            snapshot.forEachOpen(page::offer);
        } else {
            snapshot.recentlyClosed().forEach(page::offer);
        }
        List<ConnectionInfo> found = page.rows();
        return answer(allocator, (json, written) -> {
            json.writeNumberProperty("seq", snapshot.sequence());
            json.writeNumberProperty("total", page.total());
            int sent = writeRows(json, written, "data", found, each -> SessionRow.write(json, each));
            if (sent > 0 && (page.hasMore() || sent < found.size())) {
                json.writeNumberProperty("next", found.get(sent - 1).id());
            }
        });
    }

    private Answer closed(ByteBufAllocator allocator, SessionsQuery query, ScanControl control) {
        long sequence = ledger.health().sequence(); // before the journal is read: all of it is in the answer
        ClosedPage page = ledger.history().closed(query.filter(), query.before(), query.limit(), control);
        List<ClosedSession> found = page.sessions();
        return answer(allocator, (json, written) -> {
            json.writeNumberProperty("seq", sequence);
            int sent = writeRows(json, written, "data", found, each -> SessionRow.write(json, each));
            if (sent > 0 && (page.more() || sent < found.size())) {
                json.writeNumberProperty("next", found.get(sent - 1).sequence());
            }
        });
    }

    /** One session and what is in it. */
    void sendSession(Channel channel, String id, QueryStringDecoder target) throws BadQuestionException {
        long sessionId = id(id);
        long aroundMillis = new Parameters(target).timeMillis("at");
        snapshots.with(
                channel,
                snapshot -> history.ask(
                        channel,
                        control -> find(snapshot, sessionId, aroundMillis, control)
                                .map(found -> session(channel.alloc(), snapshot, found))
                                .orElseGet(() -> unknown(channel.alloc(), sessionId))));
    }

    private static Answer session(ByteBufAllocator allocator, Snapshot snapshot, Found found) {
        ConnectionInfo session = found.session();
        SessionsPage children = children(snapshot, session.id());
        return answer(allocator, (json, written) -> {
            json.writeNumberProperty("seq", snapshot.sequence());
            json.writeName("session");
            SessionRow.write(json, session, found.closedSequence());
            writeRows(json, written, "children", children.rows(), each -> SessionRow.write(json, each));
            json.writeNumberProperty("childrenTotal", children.total());
            json.writeObjectPropertyStart("route");
            SessionRow.writeRoute(json, session.route(), "direct");
            if (!session.originAddress().isEmpty()) {
                json.writeStringProperty("originAddress", session.originAddress());
            }
            json.writeEndObject();
        });
    }

    private static SessionsPage children(Snapshot snapshot, long id) {
        SessionsPage children = SessionsPage.newest(MAX_CHILDREN);
        Consumer<ConnectionInfo> offer = each -> {
            if (each.parentId() == id && each.id() != id) {
                children.offer(each);
            }
        };
        snapshot.forEachOpen(offer);
        snapshot.lastClosed(MAX_CHILDREN).forEach(each -> offer.accept(each.info()));
        return children;
    }

    /** What a session moved when, out of the journal. */
    void sendTimeline(Channel channel, String id, QueryStringDecoder target) throws BadQuestionException {
        long sessionId = id(id);
        Parameters parameters = new Parameters(target);
        long aroundMillis = parameters.timeMillis("at");
        int points = parameters.count("points", USUAL_POINTS, MAX_POINTS);
        snapshots.with(
                channel,
                snapshot -> history.ask(
                        channel,
                        control -> find(snapshot, sessionId, aroundMillis, control)
                                .map(found -> timeline(channel.alloc(), snapshot, found.session(), points, control))
                                .orElseGet(() -> unknown(channel.alloc(), sessionId))));
    }

    private Answer timeline(
            ByteBufAllocator allocator, Snapshot snapshot, ConnectionInfo session, int points, ScanControl control) {
        long end = session.isOpen() ? snapshot.atMillis() : session.closedAtMillis();
        long last = Math.max(session.openedAtMillis(), end); // a clock that was set back ends a session before it began
        Timeline line = ledger.history()
                .timeline(
                        session.id(),
                        session.openedAtMillis(),
                        last + 1,
                        points,
                        control); // what moved at the end counts
        return Answer.ok(allocator, json -> {
            json.writeNumberProperty("seq", snapshot.sequence());
            json.writeNumberProperty("id", session.id());
            json.writeNumberProperty("from", line.fromMillis());
            json.writeNumberProperty("stepMillis", line.stepMillis());
            writeFigures(json, "up", line.up());
            writeFigures(json, "down", line.down());
            writeFigures(json, "overheadUp", line.overheadUp());
            writeFigures(json, "overheadDown", line.overheadDown());
        });
    }

    /**
     * A session that was found.
     *
     * @param closedSequence of the event that closed it; 0 while it is open or if that is not known any more
     */
    private record Found(ConnectionInfo session, long closedSequence) {}

    private Optional<Found> find(Snapshot snapshot, long id, long aroundMillis, ScanControl control) {
        Optional<ConnectionInfo> shown = snapshot.find(id);
        if (shown.isPresent() && shown.get().isOpen()) {
            return Optional.of(new Found(shown.get(), 0));
        }
        return snapshot.lastClosed(Integer.MAX_VALUE).stream()
                .filter(each -> each.info().id() == id)
                .findFirst()
                .map(each -> new Found(each.info(), each.sequence()))
                .or(() -> shown.map(each -> new Found(each, 0)))
                .or(() -> ledger.history()
                        .find(id, aroundMillis, control)
                        .map(each -> new Found(each.info(), each.sequence())));
    }

    private static Answer unknown(ByteBufAllocator allocator, long id) {
        return Answer.error(allocator, HttpResponseStatus.NOT_FOUND, "there is no session " + id);
    }

    private static long id(String text) throws BadQuestionException {
        if (!ID.matcher(text).matches()) {
            throw new BadQuestionException("a session's id is a whole number of at most 16 digits");
        }
        return Long.parseLong(text);
    }

    private static Answer answer(ByteBufAllocator allocator, BiConsumer<JsonGenerator, ByteBuf> fields) {
        ByteBuf written = allocator.buffer(EXPECTED_BYTES);
        return new Answer(HttpResponseStatus.OK, Json.object(written, json -> fields.accept(json, written)));
    }

    /** Writes rows while there is room for them; answers how many those are. */
    private static <T> int writeRows(
            JsonGenerator json, ByteBuf written, String name, List<T> rows, Consumer<T> writer) {
        json.writeArrayPropertyStart(name);
        int sent = 0;
        while (sent < rows.size() && written.readableBytes() < MAX_BYTES) {
            writer.accept(rows.get(sent++));
        }
        json.writeEndArray();
        return sent;
    }

    private static void writeFigures(JsonGenerator json, String name, long[] figures) {
        json.writeArrayPropertyStart(name);
        for (long figure : figures) {
            json.writeNumber(figure);
        }
        json.writeEndArray();
    }
}
