package io.weir.proxyengine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A second opinion: reads HTTP/1.1 to the letter of RFC 9112 and forgives nothing. Shares no code with the engine or Netty. */
final class StrictHttp {
    /** What is wrong with what came. */
    static final class Fault extends IOException {
        private static final long serialVersionUID = 1;

        Fault(String what) {
            super(what);
        }
    }

    /** The connection ended in the middle of a message. */
    static final class Truncated extends IOException {
        private static final long serialVersionUID = 1;

        Truncated(String where) {
            super(where);
        }
    }

    /**
     * One message.
     *
     * @param fields name in lower case and value, by turns
     */
    record Message(String startLine, List<String> fields, String body) {
        List<String> all(String name) {
            var values = new ArrayList<String>();
            for (int i = 0; i < fields.size(); i += 2) {
                if (fields.get(i).equals(name)) {
                    values.add(fields.get(i + 1));
                }
            }
            return values;
        }

        int status() {
            return Integer.parseInt(startLine.substring(9, 12));
        }
    }

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final List<String> HOP_BY_HOP =
            List.of("proxy-connection", "keep-alive", "proxy-authorization", "proxy-authenticate");

    private final InputStream in;
    private long read;

    StrictHttp(InputStream in) {
        this.in = in;
    }

    /** Bytes taken so far. */
    long read() {
        return read;
    }

    /** The next request, or null if the connection ended before it. */
    @Nullable Message request(String authority) throws IOException {
        String line = lineOrEnd();
        if (line == null) {
            return null;
        }
        check(line.matches(TOKEN + " (/[\\x21-\\x7e&&[^#\\\\]]*|\\*) HTTP/1\\.1"), "request line", line);
        List<String> fields = fields();
        var head = new Message(line, fields, "");
        check(
                head.all("host").equals(List.of(authority)),
                "Host",
                head.all("host").toString());
        byte[] body = body(head, false);
        return new Message(line, fields, text(body == null ? new byte[0] : body));
    }

    /** The next response, interim ones left out, or null if the connection ended before it. */
    @Nullable Message response(String method) throws IOException {
        while (true) {
            String line = lineOrEnd();
            if (line == null) {
                return null;
            }
            check(line.matches("HTTP/1\\.1 [1-5][0-9][0-9] [\\t\\x20-\\x7e\\x80-\\xff]*"), "status line", line);
            List<String> fields = fields();
            var head = new Message(line, fields, "");
            int status = head.status();
            if (status < 200 && status != 101) {
                check(head.all("content-length").isEmpty(), "body of an interim response", line);
                check(head.all("transfer-encoding").isEmpty(), "body of an interim response", line);
                continue;
            }
            boolean empty = method.equals("HEAD") || status == 204 || status == 304 || status == 101;
            if (empty) {
                check(head.all("transfer-encoding").isEmpty(), "coding of no body", line);
                return head;
            }
            byte[] body = body(head, true);
            return new Message(line, fields, text(body == null ? in.readAllBytes() : body));
        }
    }

    private byte @Nullable [] body(Message head, boolean response) throws IOException {
        List<String> codings = head.all("transfer-encoding");
        List<String> lengths = head.all("content-length");
        check(codings.isEmpty() || lengths.isEmpty(), "both bounds", head.toString());
        check(codings.size() < 2 && lengths.size() < 2, "two bounds", head.toString());
        if (!codings.isEmpty()) {
            check(codings.get(0).equals("chunked"), "coding", codings.get(0));
            return chunks();
        }
        if (!lengths.isEmpty()) {
            check(lengths.get(0).matches("[0-9]{1,18}"), "length", lengths.get(0));
            return exactly(Long.parseLong(lengths.get(0)));
        }
        if (!response) {
            return new byte[0];
        }
        check(head.all("connection").contains("close"), "response without bounds", head.toString());
        return null;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private byte[] chunks() throws IOException {
        var body = new ByteArrayOutputStream();
        while (true) {
            String size = line();
            check(size.matches("[0-9a-f]{1,8}"), "chunk size", size);
            int bytes = Integer.parseInt(size, 16);
            if (bytes == 0) {
                break;
            }
            body.write(exactly(bytes));
            check(line().isEmpty(), "end of chunk", "");
        }
        List<String> trailers = fields();
        for (String name : List.of("host", "content-length", "transfer-encoding", "connection", "trailer")) {
            check(!trailers.contains(name), "trailer", name);
        }
        return body.toByteArray();
    }

    private byte[] exactly(long bytes) throws IOException {
        byte[] all = in.readNBytes((int) Math.min(bytes, Integer.MAX_VALUE - 8));
        read += all.length;
        if (all.length < bytes) {
            throw new Truncated("in a body");
        }
        return all;
    }

    private List<String> fields() throws IOException {
        var fields = new ArrayList<String>();
        while (true) {
            String line = line();
            if (line.isEmpty()) {
                return fields;
            }
            check(line.matches(TOKEN + ":[\\t\\x20-\\x7e\\x80-\\xff]*"), "field", line);
            int colon = line.indexOf(':');
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            check(!HOP_BY_HOP.contains(name), "hop-by-hop field", name);
            fields.add(name);
            fields.add(line.substring(colon + 1).strip());
        }
    }

    /** A line without its CRLF; null where {@code mayEnd} and nothing came. */
    private @Nullable String lineOrEnd() throws IOException {
        return line(true);
    }

    private String line() throws IOException {
        String line = line(false);
        if (line == null) {
            throw new Truncated("before a line");
        }
        return line;
    }

    private @Nullable String line(boolean mayEnd) throws IOException {
        var text = new ByteArrayOutputStream();
        while (true) {
            int b = in.read();
            if (b < 0) {
                if (mayEnd && text.size() == 0) {
                    return null;
                }
                throw new Truncated("in a line");
            }
            read++;
            if (b == '\r') {
                check(in.read() == '\n', "CR without LF", text.toString(StandardCharsets.ISO_8859_1));
                read++;
                return text.toString(StandardCharsets.ISO_8859_1);
            }
            check(b != '\n', "LF without CR", text.toString(StandardCharsets.ISO_8859_1));
            text.write(b);
        }
    }

    private static void check(boolean holds, String what, String found) throws Fault {
        if (!holds) {
            throw new Fault(what + ": " + found.substring(0, Math.min(200, found.length())));
        }
    }
}
