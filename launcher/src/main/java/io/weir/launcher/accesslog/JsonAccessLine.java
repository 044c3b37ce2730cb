package io.weir.launcher.accesslog;

import io.weir.eventbus.Tally;
import io.weir.launcher.accesslog.AccessLine.Kind;
import io.weir.launcher.logfile.LineText;
import java.time.Instant;
import java.util.Locale;

/**
 * Writes a line as a JSON object. One thread; used once. What is not known, or does not apply, is left out:
 *
 * <pre>
 * line sequence at                                     always
 * session parent root protocol client user             of a refusal without a session only client
 * method host url status origin openedAt millis reason
 * up down overheadUp overheadDown originUp originDown  of closed and open sessions
 * why                                                  of a refusal
 * configVersion rule upstream                          of a session, by what it is carried
 * clientProtocol originProtocol originCertificate referer userAgent requestBody responseBody
 * firstByteMicros lastByteMicros framesUp framesDown error                of an exchange that was read
 * </pre>
 */
final class JsonAccessLine {
    private final StringBuilder json = new StringBuilder(512).append('{');

    private JsonAccessLine() {}

    static String of(AccessLine line) {
        var json = new JsonAccessLine();
        json.head(line);
        json.session(line);
        ExchangeFacts facts = line.exchange();
        if (facts != null) {
            json.exchange(facts);
        }
        return json.json.append('}').toString();
    }

    private void head(AccessLine line) {
        text("line", line.kind().name().toLowerCase(Locale.ROOT));
        number("sequence", line.sequence());
        text("at", Instant.ofEpochMilli(line.atMillis()).toString());
        if (line.session().sessionId() != 0) {
            number("session", line.session().sessionId());
            if (!line.session().isRoot()) {
                number("parent", line.session().parentId());
            }
        }
        if (line.kind() != Kind.REFUSED) {
            flag("root", line.session().isRoot());
            text("protocol", line.protocol().label());
        }
    }

    private void session(AccessLine line) {
        text("client", line.session().remote());
        text("user", line.session().user());
        text("method", line.method());
        text("host", line.session().host());
        ExchangeFacts facts = line.exchange();
        text("url", facts == null ? line.session().url() : facts.url());
        if (line.status() != 0) {
            number("status", line.status());
        }
        text("origin", line.origin());
        if (line.openedAtMillis() != 0) {
            text("openedAt", Instant.ofEpochMilli(line.openedAtMillis()).toString());
            number("millis", Math.max(0, line.atMillis() - line.openedAtMillis()));
        }
        if (line.reason() != null) {
            text("reason", line.reason().name());
        }
        text("why", line.why());
        if (line.route().configVersion() != 0) {
            number("configVersion", line.route().configVersion());
        }
        text("rule", line.route().rule());
        text("upstream", line.route().upstream());
        if (line.kind() == Kind.CLOSED || line.kind() == Kind.OPEN) {
            tally(line.counts());
        }
    }

    private void tally(Tally counts) {
        number("up", counts.up());
        number("down", counts.down());
        number("overheadUp", counts.overheadUp());
        number("overheadDown", counts.overheadDown());
        number("originUp", counts.originUp());
        number("originDown", counts.originDown());
    }

    private void exchange(ExchangeFacts facts) {
        text("clientProtocol", facts.clientProtocol());
        text("originProtocol", facts.originProtocol());
        text("originCertificate", facts.originCertificate());
        text("referer", facts.referer());
        text("userAgent", facts.userAgent());
        number("requestBody", facts.requestBodyBytes());
        number("responseBody", facts.responseBodyBytes());
        if (facts.firstByteMicros() >= 0) {
            number("firstByteMicros", facts.firstByteMicros());
        }
        if (facts.lastByteMicros() >= 0) {
            number("lastByteMicros", facts.lastByteMicros());
        }
        if (facts.framesUp() + facts.framesDown() > 0) {
            number("framesUp", facts.framesUp());
            number("framesDown", facts.framesDown());
        }
        text("error", facts.error());
    }

    private void name(String name) {
        json.append(json.length() == 1 ? "\"" : ",\"").append(name).append("\":");
    }

    private void text(String name, String value) {
        if (!value.isEmpty()) {
            name(name);
            LineText.json(value, json);
        }
    }

    private void number(String name, long value) {
        name(name);
        json.append(value);
    }

    private void flag(String name, boolean value) {
        name(name);
        json.append(value);
    }
}
