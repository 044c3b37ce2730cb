package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each message of {@code hostile-requests.txt} is refused, or reaches the origin as messages that no two parsers can understand
 * differently; nothing hidden in it ever becomes a request.
 */
class HostileRequestsTest {
    private static final Map<String, List<String[]>> CASES = Corpus.read("hostile-requests.txt", 3);

    static Stream<String> groups() {
        return CASES.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("groups")
    void isRefusedOrUnambiguous(String group) throws Exception {
        var failures = new ArrayList<String>();
        long sent = 0;
        long received = 0;
        try (var origin = StrictOrigin.start(request -> StrictOrigin.Answer.ok("ok"));
                var proxy = TestProxy.start(settings -> settings.eventLoops(1)
                        .connectTimeout(Duration.ofSeconds(1))
                        .nameServers(List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9))))) {
            for (String[] row : Corpus.group(CASES, group)) {
                byte[] message = Corpus.message(row[2], origin.port());
                String answer;
                try (var client = new Wire(proxy.connect())) {
                    answer = converse(client, message);
                    sent += client.sent();
                    received += client.received();
                }
                String failure = judge(row[1], answer, origin.takeRequests(), origin.takeFaults());
                if (failure != null) {
                    failures.add(row[0] + " | " + row[1] + " | " + failure);
                }
            }
            assertThat(failures).isEmpty();
            Conversation.awaitCounted(proxy, sent, received);
            assertThat(proxy.ledger().rootTotals().deliveredToClient()).isEqualTo(received);
        }
    }

    private static String converse(Wire client, byte[] message) throws IOException {
        client.send(message).finish();
        return client.readRest();
    }

    /** What is wrong; null if nothing is. */
    static @Nullable String judge(
            String expected, String answer, List<StrictHttp.Message> requests, List<String> faults) throws IOException {
        if (!faults.isEmpty()) {
            return "the origin got " + faults;
        }
        for (StrictHttp.Message request : requests) {
            if (request.startLine().contains("smuggled")) {
                return "smuggled: " + request.startLine();
            }
        }
        var statuses = new ArrayList<Integer>();
        try {
            var reader = new StrictHttp(new ByteArrayInputStream(answer.getBytes(StandardCharsets.ISO_8859_1)));
            for (int i = 0; ; i++) {
                String method =
                        i < requests.size() ? requests.get(i).startLine().split(" ", 2)[0] : "GET";
                StrictHttp.Message response = reader.response(method);
                if (response == null) {
                    break;
                }
                statuses.add(response.status());
            }
        } catch (StrictHttp.Truncated headOfRefusedHead) {
            if (!answer.contains("Content-Length")) {
                return "the answer is truncated: " + answer;
            }
        } catch (IOException fault) {
            return "the client got " + fault.getMessage();
        }
        long fine = statuses.stream().filter(status -> status == 200).count();
        boolean refused = statuses.stream().anyMatch(status -> status >= 400);
        String found = "requests=" + requests.size() + " statuses=" + statuses;
        boolean holds;
        if (expected.equals("refuse")) {
            holds = requests.isEmpty() && fine == 0 && refused;
        } else if (expected.equals("drop")) {
            holds = requests.isEmpty() && fine == 0;
        } else if (expected.equals("any")) {
            holds = requests.size() <= 1;
        } else if (expected.equals("two")) {
            holds = requests.size() == 2 && fine == 2 && !refused;
        } else {
            holds = requests.size() == 1 && fine == 1 && (!refused || expected.startsWith("oneRefuse"));
            int colon = expected.indexOf(':');
            if (holds && colon >= 0) {
                holds = requests.get(0).body().equals(expected.substring(colon + 1));
                found += " body=" + requests.get(0).body();
            }
        }
        return holds ? null : found;
    }
}
