package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real run is recorded, and played again by a process of its own, beside the node that goes on recording. */
@Tag("jdk")
class ReplayEndToEndTest {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final Pattern HASH = Pattern.compile("hash +([0-9a-f]{64})");
    private static final int LOOKS = 12;

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    private String data() {
        return folder.resolve("data").toString();
    }

    /** Runs an offline command within this process. */
    private static String weir(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int status = WeirCommand.commands(arguments[0])
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        assertThat(status).as(err.toString()).isZero();
        return out.toString() + err;
    }

    private JsonNode ask(WeirProcess replay, String target, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(replay.gatewayUrl(target)))
                .header("Authorization", "Bearer " + replay.token());
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body));
        }
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return MAPPER.readTree(response.body());
    }

    /** Tunnels that carry something, of which some are left open. */
    private static List<TunnelClient> record(WeirProcess weir, EchoOrigin echo) throws Exception {
        List<TunnelClient> open = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            open.add(TunnelClient.open(weir, echo.authority()));
            for (TunnelClient client : open) {
                client.echo(1_000 + 100 * i);
            }
            if (i % 3 == 2) {
                open.remove(0).close();
            }
        }
        return open;
    }

    private static Map<Long, List<Long>> rows(JsonNode rows) {
        Map<Long, List<Long>> byId = new TreeMap<>();
        rows.forEach(row -> byId.put(
                row.path("id").asLong(),
                List.of(
                        row.path("up").asLong(),
                        row.path("down").asLong(),
                        row.path("overheadUp").asLong(),
                        row.path("overheadDown").asLong(),
                        row.path("originUp").asLong(),
                        row.path("originDown").asLong())));
        return byId;
    }

    @Test
    void aReplayBesideTheNodeShowsWhatTheOfflineCommandsPrint() throws Exception {
        try (var echo = EchoOrigin.start();
                var weir = WeirProcess.start(folder.resolve("data"))) {
            List<TunnelClient> open = record(weir, echo);
            try (var replay = WeirProcess.replay(folder.resolve("data"), "--speed", "max", "--step")) {
                long last = ask(replay, "/api/replay", "").path("lastSequence").asLong();
                open.get(0).echo(5_000); // comes too late to be played
                Random random = new Random(1);
                for (int i = 0; i < LOOKS; i++) {
                    long sequence = 1 + random.nextLong(last);
                    JsonNode there = ask(replay, "/api/replay", "{\"action\":\"seek\",\"sequence\":" + sequence + "}");
                    JsonNode state =
                            MAPPER.readTree(weir("state", "--json", "--data", data(), "--at", Long.toString(sequence)));
                    JsonNode past = ask(weir, "/api/history/state?limit=2000&seq=" + sequence, "");

                    assertThat(there.path("sequence").asLong()).isEqualTo(sequence);
                    assertThat(rows(ask(replay, "/api/sessions?limit=2000", "").path("data")))
                            .isEqualTo(rows(state.path("rows")))
                            .isEqualTo(rows(past.path("data")));
                    assertThat(ask(replay, "/api/totals", "").path("totals")).isEqualTo(state.path("totals"));
                    assertThat(past.path("hash")).isEqualTo(state.path("hash"));
                }
                ask(replay, "/api/replay", "{\"action\":\"seek\",\"sequence\":" + (last + 1_000) + "}");
                assertThat(ask(replay, "/api/replay", "").path("sequence").asLong())
                        .isEqualTo(last);
            }
            for (TunnelClient client : open) {
                client.close();
            }
        }
    }

    @Test
    void twoReplaysPrintTheEventsAndTheHashOfTheState() throws Exception {
        try (var echo = EchoOrigin.start();
                var weir = WeirProcess.start(folder.resolve("data"))) {
            record(weir, echo);
            weir.kill(); // with some of them open
        }
        String hash = MAPPER.readTree(weir("state", "--json", "--data", data()))
                .path("hash")
                .asString();

        assertThat(hashOf(weir("replay", "--to", "null", "--data", data()))).isEqualTo(hash);
        assertThat(hashOf(weir("replay", "--to", "null", "--data", data(), "--speed", "100x")))
                .isEqualTo(hash);
        String lines = weir("replay", "--to", "jsonl", "--data", data());
        assertThat(lines).startsWith(weir("journal", "cat", "--data", data()));
        assertThat(hashOf(lines)).isEqualTo(hash);
        assertThat(weir("replay", "--to", "jsonl", "--from", "3", "--to", "9", "--data", data()))
                .startsWith(weir("journal", "cat", "--from", "3", "--to", "9", "--data", data()));
    }

    private static String hashOf(String output) {
        Matcher hash = HASH.matcher(output);
        assertThat(hash.find()).as(output).isTrue();
        return hash.group(1);
    }
}
