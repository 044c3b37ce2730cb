package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each answer of {@code hostile-responses.txt} becomes a 502, a response that visibly breaks off, or one that is strictly bounded;
 * and the next answer on the client's connection is the next request's.
 */
class HostileResponsesTest {
    private static final Map<String, List<String[]>> CASES = Corpus.read("hostile-responses.txt", 5);

    static Stream<String> groups() {
        return CASES.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("groups")
    void isRefusedBrokenOffOrBounded(String group) throws Exception {
        var failures = new ArrayList<String>();
        long sent = 0;
        long received = 0;
        List<String[]> cases = Corpus.group(CASES, group);
        try (var origin = StrictOrigin.start(request -> answer(cases, request));
                var proxy = TestProxy.start(settings -> settings.eventLoops(1))) {
            for (int i = 0; i < cases.size(); i++) {
                String[] row = cases.get(i);
                try (var client = new Wire(proxy.connect())) {
                    var counted = new CountedInput(client.socket().getInputStream());
                    String failure = converse(client, counted, row, i, origin.port());
                    sent += client.sent();
                    received += counted.bytes;
                    if (failure == null && !origin.takeFaults().isEmpty()) {
                        failure = "the origin was asked wrongly";
                    }
                    if (failure != null) {
                        failures.add(row[0] + " | " + row[3] + " | " + failure);
                    }
                }
            }
            assertThat(failures).isEmpty();
            // a reset discards what the kernel had taken and not yet delivered, so that more may count than arrived
            Conversation.awaitCounted(proxy, sent, received);
        }
    }

    private static StrictOrigin.Answer answer(List<String[]> cases, StrictHttp.Message request) {
        String path = request.startLine().split(" ", -1)[1];
        if (path.equals("/second")) {
            return StrictOrigin.Answer.ok("second");
        }
        String[] row = cases.get(Integer.parseInt(path.substring(1)));
        return new StrictOrigin.Answer(new String(Corpus.message(row[4], 1), StandardCharsets.ISO_8859_1), row[2]);
    }

    private static String request(String method, String path, int port) {
        String length = method.equals("POST") ? "Content-Length: 0\r\n" : "";
        return method + " http://127.0.0.1:" + port + path + " HTTP/1.1\r\nHost: x\r\n" + length + "\r\n";
    }

    /** What is wrong; null if nothing is. */
    private static @Nullable String converse(Wire client, InputStream in, String[] row, int number, int port)
            throws IOException {
        var reader = new StrictHttp(in);
        client.send(request(row[1], "/" + number, port));
        StrictHttp.Message first;
        try {
            first = reader.response(row[1]);
            if (first == null) {
                return "no answer";
            }
        } catch (StrictHttp.Fault fault) {
            return "the client got " + fault.getMessage();
        } catch (StrictHttp.Truncated | SocketException brokenOff) {
            return row[3].equals("cut") || row[3].equals("any") ? null : "broken off";
        }
        String found = first.startLine() + " " + first.body();
        boolean bad = first.status() == 502 && !first.all("proxy-status").isEmpty();
        String expected = Corpus.unescape(row[3]);
        if (bad) {
            return in.read() < 0 && (row[3].equals("bad") || row[3].equals("any")) ? null : found;
        }
        if (row[3].equals("any") || expected.equals("ok:" + first.body())) {
            return next(client, reader, first, port);
        }
        return found.substring(0, Math.min(found.length(), 300));
    }

    private static @Nullable String next(Wire client, StrictHttp reader, StrictHttp.Message first, int port)
            throws IOException {
        if (first.all("connection").contains("close")) {
            return null;
        }
        client.send(request("GET", "/second", port));
        StrictHttp.Message second = reader.response("GET");
        return second != null && second.body().equals("second") ? null : "the next answer was " + second;
    }

    /** Counts what is read. */
    private static final class CountedInput extends InputStream {
        private final InputStream in;
        private long bytes;

        CountedInput(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            int b = in.read();
            bytes += b < 0 ? 0 : 1;
            return b;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int n = in.read(buffer, offset, length);
            bytes += Math.max(n, 0);
            return n;
        }
    }
}
