package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The messages of {@link HostileRequestsTest}, in origin form, through a tunnel that is intercepted: refused or unambiguous there, too. */
class InterceptedHostileRequestsTest {
    private static final Map<String, List<String[]>> CASES = Corpus.read("hostile-requests.txt", 3);

    static Stream<String> groups() {
        return CASES.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("groups")
    void isRefusedOrUnambiguous(String group) throws Exception {
        var failures = new ArrayList<String>();
        try (var proxy = InterceptingProxy.start(settings -> settings.eventLoops(1), config -> config);
                var origin = StrictOrigin.start(proxy.originContext(), request -> StrictOrigin.Answer.ok("ok"))) {
            for (String[] row : Corpus.group(CASES, group)) {
                if (row[2].contains("CONNECT") || row[0].contains("hidden in a chunk")) {
                    continue; // inside a tunnel it is for the origin; and of the chunk the size would be wrong
                }
                byte[] message = Corpus.message(row[2].replace("http://{A}/", "/"), origin.port());
                String answer = converse(proxy, origin.port(), message);
                List<String> faults = faults(origin, answer);
                boolean asItCame =
                        !faults.isEmpty() && faults.stream().allMatch(InterceptedHostileRequestsTest::mayPass);
                String expected = group.startsWith("A6") || asItCame ? "any" : row[1];
                String failure = HostileRequestsTest.judge(
                        refusedHead(answer) ? "any" : expected,
                        answer,
                        origin.takeRequests(),
                        asItCame ? List.of() : faults);
                if (failure != null) {
                    failures.add(row[0] + " | " + row[1] + " | " + failure);
                }
            }
            assertThat(failures).isEmpty();
            proxy.ledger().awaitClosed(1);
        }
    }

    private static List<String> faults(StrictOrigin origin, String answer) {
        var faults = new ArrayList<String>();
        if (answer.startsWith("HTTP/1.1 502")) { // the origin found a fault, and may be about to say so
            await().until(() -> faults.addAll(origin.takeFaults()));
        }
        faults.addAll(origin.takeFaults());
        return faults;
    }

    /** What the origin finds wrong with the request, and the proxy passes on as it came: it bounds nothing. */
    private static boolean mayPass(String fault) {
        return fault.startsWith("request line: ")
                || fault.startsWith("Host: ")
                || fault.startsWith("hop-by-hop field: ")
                || fault.equalsIgnoreCase("coding: chunked");
    }

    /** The answer to a HEAD that was refused, which a reader that knows nothing of HEAD finds truncated. */
    private static boolean refusedHead(String answer) {
        return answer.startsWith("HTTP/1.1 4") && answer.endsWith("\r\n\r\n");
    }

    /** All that is answered until the client has said all it has to say, in a way that is not its goodbye. */
    private static String converse(InterceptingProxy proxy, int port, byte[] message) throws IOException {
        try (Socket tunnel = proxy.tunnel(port, "127.0.0.1");
                SSLSocket client = proxy.openTo("127.0.0.1", tunnel, "http/1.1")) {
            client.setSoTimeout(30_000);
            client.getOutputStream().write(message);
            tunnel.shutdownOutput();
            var answer = new ByteArrayOutputStream();
            byte[] buffer = new byte[8192];
            try {
                for (int n; (n = client.getInputStream().read(buffer)) >= 0; ) {
                    answer.write(buffer, 0, n);
                }
            } catch (java.net.SocketTimeoutException hang) {
                throw hang;
            } catch (IOException reset) {
                // what came before counts
            }
            return answer.toString(StandardCharsets.ISO_8859_1);
        }
    }
}
