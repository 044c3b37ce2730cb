package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        gateway = TestGateway.start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void closesReachTheSessionsWithWhoAskedForThem() {
        gateway.sessions.commands.clear();
        try (Dashboard dashboard = gateway.dashboard()) {

            dashboard.say("{\"action\":\"closeConnection\",\"id\":42}").say("{\"action\":\"closeAllConnections\"}");

            await().until(() -> gateway.sessions.commands.size() == 2);
            assertThat(gateway.sessions.commands.get(0)).matches("close 42 by gateway client 127\\.0\\.0\\.1:\\d+");
            assertThat(gateway.sessions.commands.get(1)).matches("closeAll by gateway client 127\\.0\\.0\\.1:\\d+");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "hello",
                "[]",
                "42",
                "null",
                "{}{}",
                "{\"action\":\"subscribe\",\"action\":\"closeAllConnections\"}",
                "{\"action\":\"closeConnection\"}",
                "{\"action\":\"closeConnection\",\"id\":\"42\"}",
                "{\"action\":\"closeConnection\",\"id\":4.2}",
                "{\"action\":\"closeConnection\",\"id\":-1}",
                "{\"action\":\"closeConnection\",\"id\":99999999999999999999}",
                "{\"action\":\"closeConnection\",\"id\":1e400}",
                "{\"action\":NaN}",
                "{\"a\":\"\\ud800\",}",
            })
    void whatIsNoCommandIsAnsweredAndTheConnectionStays(String text) {
        try (Dashboard dashboard = gateway.dashboard()) {

            assertThat(dashboard
                            .say(text)
                            .any("error", any -> true)
                            .path("data")
                            .path(0)
                            .path("message")
                            .stringValue())
                    .isNotBlank()
                    .hasSizeLessThan(500);

            dashboard.subscribe("traffic").any("traffic", any -> true);
        }
    }

    @Test
    void deepNestingIsAnsweredAndDoesNotExhaustTheStack() {
        try (Dashboard dashboard = gateway.dashboard()) {
            dashboard.say("[".repeat(50_000)).any("error", any -> true);
            int seen = dashboard.messages.size();
            dashboard.say("{\"a\":".repeat(10_000)).after(seen, "error", any -> true);
            dashboard.subscribe("traffic").any("traffic", any -> true);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"action\":\"dance\"}", "{\"action\":7}", "{\"topics\":[\"traffic\"]}"})
    void unknownActionIsIgnored(String text) {
        try (Dashboard dashboard = gateway.dashboard()) {
            dashboard.say(text).subscribe("traffic").any("traffic", any -> true);

            assertThat(dashboard.messages)
                    .noneMatch(message -> message.path("type").stringValue("").equals("error"));
        }
    }

    @Test
    void binaryMessageIsAnsweredAndNotRead() {
        gateway.sessions.commands.clear();
        try (Dashboard dashboard = gateway.dashboard()) {
            dashboard
                    .socket()
                    .sendBinary(
                            ByteBuffer.wrap("{\"action\":\"closeAllConnections\"}".getBytes(StandardCharsets.UTF_8)),
                            true)
                    .join();

            dashboard.any("error", any -> true);

            assertThat(gateway.sessions.commands).isEmpty();
        }
    }

    @Test
    void messageInPiecesIsReadAsOne() {
        try (Dashboard dashboard = gateway.dashboard()) {
            String text = "{\"action\":\"subscribe\",\"topics\":[\"traffic\"]}";
            for (int i = 0; i < text.length(); i++) {
                dashboard
                        .socket()
                        .sendText(text.substring(i, i + 1), i == text.length() - 1)
                        .join();
            }

            dashboard.any("traffic", any -> true);
        }
    }

    @Test
    void longestMessageIsReadAndALongerOneCloses() {
        try (Dashboard dashboard = gateway.dashboard()) {
            String start = "{\"action\":\"subscribe\",\"topics\":[\"traffic\"],\"x\":\"";
            dashboard
                    .say(start + "y".repeat((64 << 10) - start.length() - 2) + "\"}")
                    .any("traffic", any -> true);

            dashboard
                    .socket()
                    .sendText(" ".repeat((64 << 10) + 1), true)
                    .exceptionally(closed -> dashboard.socket())
                    .join();

            await().until(() -> dashboard.closeCode == 1009);
        }
    }

    @Test
    void endlessPiecesClose() {
        try (Dashboard dashboard = gateway.dashboard()) {
            for (int i = 0; i < 5; i++) {
                dashboard
                        .socket()
                        .sendText(" ".repeat(16 << 10), false)
                        .exceptionally(closed -> dashboard.socket())
                        .join();
            }

            await().until(() -> dashboard.closeCode == 1009);
        }
    }

    @Test
    void floodOfMessagesCloses() {
        try (TestGateway strict = TestGateway.start(limits -> {
                    limits.maxMessagesPerSecond = 20;
                    return limits;
                });
                Dashboard dashboard = strict.dashboard()) {
            for (int i = 0; i < 50; i++) {
                dashboard
                        .socket()
                        .sendText("{}", true)
                        .exceptionally(closed -> dashboard.socket())
                        .join();
            }

            await().until(() -> dashboard.closeCode == 1008);
        }
    }

    @Test
    void clientThatAnswersNoPingIsDropped() throws Exception {
        try (TestGateway impatient = TestGateway.start(limits -> {
                    limits.pings = Duration.ofMillis(50);
                    return limits;
                });
                Dashboard alive = impatient.dashboard();
                SilentClient silent = SilentClient.open(impatient)) {

            assertThat(silent.isDropped()).isTrue();

            alive.subscribe("traffic").any("traffic", any -> true);
        }
    }
}
