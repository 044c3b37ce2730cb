package io.weir.wsgateway;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.weir.aggregator.UsageReport;
import io.weir.aggregator.UserFigures;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** Answers what users have used of this day and this month, and of their quotas, by page. Event loop of the gateway. */
final class UsageApi {
    private static final int USUAL_USERS = 200;
    private static final int MAX_USERS = 1_000;

    private final Ledger ledger;
    private final FreshSnapshots snapshots;

    UsageApi(Ledger ledger, FreshSnapshots snapshots) {
        this.ledger = ledger;
        this.snapshots = snapshots;
    }

    /** A page of users, in the order of their names. */
    void send(Channel channel, QueryStringDecoder target) throws BadQuestionException {
        var asked = new Parameters(target);
        int limit = asked.count("limit", USUAL_USERS, MAX_USERS);
        String after = asked.text("after");
        if (ledger.isReplay()) {
            Replies.refuse(channel, HttpResponseStatus.NOT_FOUND, "a replay holds nobody to a quota");
            return;
        }
        snapshots.usage(channel, report -> Replies.send(channel, page(channel.alloc(), report, after, limit)));
    }

    private static Answer page(ByteBufAllocator allocator, UsageReport report, String after, int limit) {
        List<UsageReport.User> left = report.users().stream()
                .filter(each -> each.user().compareTo(after) > 0)
                .toList();
        List<UsageReport.User> page = left.subList(0, Math.min(limit, left.size()));
        return Answer.of(allocator, HttpResponseStatus.OK, json -> {
            json.writeNumberProperty("seq", report.sequence());
            json.writeNumberProperty("sinceSeq", report.sinceSequence());
            json.writeStringProperty("day", report.day());
            json.writeStringProperty("month", report.month());
            json.writeNumberProperty("total", report.users().size());
            json.writeArrayPropertyStart("data");
            page.forEach(each -> user(json, each));
            json.writeEndArray();
            if (page.size() < left.size()) {
                json.writeStringProperty("next", page.get(page.size() - 1).user());
            }
        });
    }

    private static void user(JsonGenerator json, UsageReport.User user) {
        json.writeStartObject();
        json.writeStringProperty("user", user.user());
        use(json, "day", user.day());
        use(json, "month", user.month());
        UserFigures figures = user.figures();
        if (figures != null) {
            figures(json, figures);
        }
        json.writeEndObject();
    }

    private static void figures(JsonGenerator json, UserFigures figures) {
        json.writeObjectPropertyStart("sinceStart");
        json.writeNumberProperty("up", figures.up());
        json.writeNumberProperty("down", figures.down());
        json.writeNumberProperty("sessions", figures.sessionsOpened());
        json.writeNumberProperty("open", figures.sessionsOpen());
        json.writeNumberProperty("refused", figures.refused());
        json.writeEndObject();
    }

    private static void use(JsonGenerator json, String name, UsageReport.Use use) {
        json.writeObjectPropertyStart(name);
        json.writeNumberProperty("bytes", use.bytes());
        if (use.quotaBytes() > 0) {
            json.writeNumberProperty("quota", use.quotaBytes());
            json.writeBooleanProperty("warned", use.isWarned());
            json.writeBooleanProperty("exceeded", use.isSpent());
        }
        json.writeEndObject();
    }
}
