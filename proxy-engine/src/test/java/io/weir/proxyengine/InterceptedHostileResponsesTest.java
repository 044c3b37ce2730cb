package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The answers of {@link HostileResponsesTest} inside an intercepted tunnel, for a client of HTTP/1.1 and for one of HTTP/2. */
class InterceptedHostileResponsesTest {
    private static final Map<String, List<String[]>> CASES = Corpus.read("hostile-responses.txt", 5);

    static Stream<String> groups() {
        return CASES.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("groups")
    void isRefusedBrokenOffOrBounded(String group) throws Exception {
        var failures = new ArrayList<String>();
        List<String[]> cases = Corpus.group(CASES, group);
        try (var proxy = InterceptingProxy.start(settings -> settings.eventLoops(1), config -> config);
                var origin = StrictOrigin.start(proxy.originContext(), request -> answer(cases, request))) {
            for (int i = 0; i < cases.size(); i++) {
                String[] row = cases.get(i);
                String failure = http1(proxy, origin.port(), row, i);
                if (failure == null) {
                    failure = http2(proxy, origin.port(), row, i);
                }
                if (failure != null) {
                    failures.add(row[0] + " | " + row[3] + " | " + failure);
                }
            }
            assertThat(failures).isEmpty();
            proxy.ledger().awaitClosed(1);
        }
    }

    private static StrictOrigin.Answer answer(List<String[]> cases, StrictHttp.Message request) {
        String[] row =
                cases.get(Integer.parseInt(request.startLine().split(" ", -1)[1].substring(1)));
        return new StrictOrigin.Answer(new String(Corpus.message(row[4], 1), StandardCharsets.ISO_8859_1), row[2]);
    }

    private static @Nullable String http1(InterceptingProxy proxy, int port, String[] row, int number)
            throws IOException {
        try (var client = new Wire(proxy.openTo("127.0.0.1", proxy.tunnel(port, "127.0.0.1"), "http/1.1"))) {
            String length = row[1].equals("POST") ? "Content-Length: 0\r\n" : "";
            client.send(row[1] + " /" + number + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n" + length + "\r\n");
            var reader = new StrictHttp(client.socket().getInputStream());
            StrictHttp.Message first;
            try {
                first = reader.response(row[1]);
            } catch (StrictHttp.Fault fault) {
                return mayPass(String.valueOf(fault.getMessage()))
                        ? null
                        : "http/1.1: the client got " + fault.getMessage();
            } catch (java.net.SocketTimeoutException hang) {
                return "http/1.1: no end";
            } catch (IOException brokenOff) {
                return isCut(row) ? null : "http/1.1: broken off";
            }
            return first == null ? "http/1.1: no answer" : judge(row, "http/1.1", first.status(), first.body());
        }
    }

    /** What passes on as it came, since it bounds nothing. */
    private static boolean mayPass(String fault) {
        return fault.startsWith("status line: HTTP/1.0 ")
                || fault.startsWith("hop-by-hop field: ")
                || fault.equalsIgnoreCase("coding: chunked")
                || fault.startsWith("body of an interim response")
                || fault.startsWith("response without bounds")
                || (fault.startsWith("coding of no body") && !fault.contains(" 204 ")); // RFC 9112 §6.1
    }

    private static @Nullable String http2(InterceptingProxy proxy, int port, String[] row, int number)
            throws IOException {
        try (var client = RawHttp2.client(proxy.openTo("127.0.0.1", proxy.tunnel(port, "127.0.0.1"), "h2"))) {
            client.headers(
                    1,
                    true,
                    RawHttp2.block(
                            ":method",
                            row[1],
                            ":scheme",
                            "https",
                            ":authority",
                            "127.0.0.1:" + port,
                            ":path",
                            "/" + number));
            RawHttp2.Answer answer = client.answer(1);
            if (!answer.whole()) {
                return isCut(row) ? null : "h2: broken off " + answer;
            }
            return judge(row, "h2", answer.status(), answer.body());
        } catch (java.net.SocketTimeoutException hang) {
            return "h2: no end";
        }
    }

    private static boolean isCut(String[] row) {
        return row[3].equals("cut") || row[3].equals("any") || row[4].startsWith("HTTP/1.0");
    }

    private static @Nullable String judge(String[] row, String protocol, int status, String body) {
        boolean holds = row[3].equals("any")
                || row[2].equals("rst") // after TLS's goodbye
                || (status == 502 && row[3].equals("bad"))
                || Corpus.unescape(row[3]).equals("ok:" + body);
        return holds ? null : protocol + ": " + status + " " + body.substring(0, Math.min(200, body.length()));
    }
}
