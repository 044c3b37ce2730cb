package io.weir.wsgateway;

import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.ConnectionInfo;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/**
 * Writes one session as the object that dashboards know as a row.
 *
 * <p>They tell three kinds apart by parent: a tunnel is its own parent, the tunnel around intercepted exchanges has
 * none and is of the protocol {@code TUNNEL}, an exchange in one has its tunnel's id.
 */
final class SessionRow {
    private static final Comparator<ConnectionInfo> NEWEST_FIRST =
            Comparator.comparingLong(ConnectionInfo::id).reversed();
    private static final int MAX_TEXT_CHARS = 2048;

    private SessionRow() {}

    /** A copy in the order in which rows are sent. */
    static List<ConnectionInfo> newestFirst(Collection<ConnectionInfo> sessions) {
        List<ConnectionInfo> sorted = new ArrayList<>(sessions);
        sorted.sort(NEWEST_FIRST);
        return sorted;
    }

    static void write(JsonGenerator json, ConnectionInfo session) {
        write(json, session, 0);
    }

    /** A row out of the journal, which says by what event it was closed. */
    static void write(JsonGenerator json, ClosedSession session) {
        write(json, session.info(), session.sequence());
    }

    /** @param closedSequence of the event that closed it; left out if 0 */
    static void write(JsonGenerator json, ConnectionInfo session, long closedSequence) {
        boolean isTunnel = session.protocol() == SessionProtocol.HTTPS_TUNNEL;
        boolean isIntercepted = session.isRoot() && !isTunnel && session.protocol() != SessionProtocol.HTTP;
        json.writeStartObject();
        json.writeNumberProperty("id", session.id());
        json.writeNumberProperty("parentId", isTunnel ? session.id() : session.isRoot() ? 0 : session.parentId());
        text(json, "host", session.host());
        text(json, "method", isTunnel ? "TUNNEL" : isIntercepted ? "CONNECT" : session.method());
        text(json, "url", url(session, isTunnel, isIntercepted));
        text(json, "remote", session.remote());
        json.writeStringProperty(
                "protocol", isIntercepted ? "TUNNEL" : session.protocol().label());
        json.writeStringProperty("startTime", Json.time(session.openedAtMillis()));
        json.writeStringProperty("status", session.isOpen() ? "Active" : "Closed");
        writeCounts(json, session.counts());
        writeMore(json, session);
        if (closedSequence != 0) {
            json.writeNumberProperty("closedSequence", closedSequence);
        }
        json.writeEndObject();
    }

    /** Writes only what moves while a session is open, for who knows the rest. */
    static void writeMoved(JsonGenerator json, ConnectionInfo session) {
        json.writeStartObject();
        json.writeNumberProperty("id", session.id());
        writeCounts(json, session.counts());
        json.writeEndObject();
    }

    /** The six counts, as properties of the current object. */
    static void writeCounts(JsonGenerator json, Tally counts) {
        json.writeNumberProperty("up", counts.up());
        json.writeNumberProperty("down", counts.down());
        json.writeNumberProperty("overheadUp", counts.overheadUp());
        json.writeNumberProperty("overheadDown", counts.overheadDown());
        json.writeNumberProperty("originUp", counts.originUp());
        json.writeNumberProperty("originDown", counts.originDown());
    }

    /** What this protocol did not have before. */
    private static void writeMore(JsonGenerator json, ConnectionInfo session) {
        textIfAny(json, "originAddress", session.originAddress());
        textIfAny(json, "user", session.user());
        writeRoute(json, session.route(), "");
        if (session.isOpen()) {
            return;
        }
        json.writeStringProperty("endTime", Json.time(session.closedAtMillis()));
        CloseReason reason = session.reason();
        if (reason != null) {
            json.writeStringProperty("reason", reason.name());
        }
        if (session.status() != 0) {
            json.writeNumberProperty("statusCode", session.status());
        }
    }

    /** @param noRule what stands for the rule if none was asked */
    static void writeRoute(JsonGenerator json, SessionRoute route, String noRule) {
        if (route.configVersion() != 0) {
            json.writeNumberProperty("configVersion", route.configVersion());
        }
        textIfAny(json, "rule", route.rule().isEmpty() ? noRule : route.rule());
        textIfAny(json, "upstream", route.upstream());
    }

    private static String url(ConnectionInfo session, boolean isTunnel, boolean isIntercepted) {
        if (isTunnel) {
            return "http://" + session.host();
        }
        return isIntercepted ? session.host() : session.url();
    }

    private static void textIfAny(JsonGenerator json, String name, String text) {
        if (!text.isEmpty()) {
            text(json, name, text);
        }
    }

    private static void text(JsonGenerator json, String name, String text) {
        json.writeStringProperty(name, Json.limited(text, MAX_TEXT_CHARS));
    }
}
