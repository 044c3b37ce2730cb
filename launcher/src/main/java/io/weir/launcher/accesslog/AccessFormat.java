package io.weir.launcher.accesslog;

import io.weir.eventbus.SessionProtocol;
import io.weir.launcher.accesslog.AccessLine.Kind;
import io.weir.launcher.logfile.LineText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How a line is written. Always one line, whatever clients send. Any thread. */
public enum AccessFormat {
    /** As NCSA's httpd did, with ids and marks in its second field. */
    COMMON,
    /** The same, with the Referer and User-Agent fields of exchanges that were read. */
    COMBINED,
    /** A JSON object with all that is known. */
    JSON;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final String NONE = "-";

    /** The line with its end, in UTF-8; empty if this format has none for it. */
    byte[] bytes(AccessLine line) {
        if (this == JSON) {
            return (JsonAccessLine.of(line) + "\n").getBytes(StandardCharsets.UTF_8);
        }
        return line.kind() == Kind.EXCHANGE ? new byte[0] : common(line).getBytes(StandardCharsets.US_ASCII);
    }

    private String common(AccessLine line) {
        var text = new StringBuilder(192);
        LineText.common(orNone(host(line.session().remote())), false, text);
        text.append(' ').append(mark(line)).append(' ');
        LineText.common(orNone(line.session().user()), false, text);
        text.append(" [");
        TIME.formatTo(Instant.ofEpochMilli(line.atMillis()), text);
        text.append("] \"");
        request(line, text);
        text.append("\" ").append(line.status() == 0 ? "000" : line.status()).append(' ');
        text.append(line.counts().down());
        if (this == COMBINED) {
            ExchangeFacts facts = line.exchange();
            text.append(" \"");
            LineText.common(orNone(facts == null ? "" : facts.referer()), true, text);
            text.append("\" \"");
            LineText.common(orNone(facts == null ? "" : facts.userAgent()), true, text);
            text.append('"');
        }
        return text.append('\n').toString();
    }

    /** The session's id; behind it its tunnel's after a slash, a plus if it is open; none if there was no session. */
    private static String mark(AccessLine line) {
        long id = line.session().sessionId();
        if (line.kind() == Kind.REFUSED) {
            return NONE;
        }
        return id
                + (line.session().isRoot() ? "" : "/" + line.session().parentId())
                + (line.kind() == Kind.OPEN ? "+" : "");
    }

    private static void request(AccessLine line, StringBuilder text) {
        String target = line.session().url().isEmpty()
                ? line.session().host()
                : line.session().url();
        ExchangeFacts facts = line.exchange();
        if (line.method().isEmpty() && target.isEmpty()) {
            text.append(NONE); // it was no request
            return;
        }
        boolean isTunnel =
                line.protocol() == SessionProtocol.HTTPS_TUNNEL && line.method().equals("TUNNEL");
        LineText.common(isTunnel ? "CONNECT" : orNone(line.method()), false, text);
        text.append(' ');
        LineText.common(orNone(isTunnel ? line.session().host() : target), false, text);
        text.append(' ');
        LineText.common(
                facts == null || facts.clientProtocol().isEmpty() ? "HTTP/1.1" : facts.clientProtocol(), false, text);
    }

    private static String orNone(String text) {
        return text.isEmpty() ? NONE : text;
    }

    /** An address without its port and brackets. */
    private static String host(String remote) {
        int colon = remote.lastIndexOf(':');
        String host = colon < 0 ? remote : remote.substring(0, colon);
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }
}
