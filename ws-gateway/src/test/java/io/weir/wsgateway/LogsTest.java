package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class LogsTest {
    private static final long AT = 1_772_935_200_100L;

    @Test
    void linesOfTheLevelAndAboveArriveInOrder() {
        try (TestGateway gateway = TestGateway.start();
                Dashboard all = gateway.dashboard()
                        .say("{\"action\":\"subscribe\",\"topics\":[\"logs\"],\"logLevel\":\"DEBUG\"}");
                Dashboard some = gateway.dashboard()
                        .say("{\"action\":\"subscribe\",\"topics\":[\"logs\"],\"logLevel\":\"WARN\"}")) {
            await().until(() -> gateway.wantedLevel().equals(Optional.of(LogLevel.DEBUG)));
            some.say("{").any("error", any -> true); // what it said before was read too

            gateway.logs.publish("DEBUG", 7, "one", AT);
            gateway.logs.publish("info", 0, "two", AT);
            gateway.logs.publish("WARN", 0, "three", AT);
            gateway.logs.publish("ERROR", 9, "four", AT);
            gateway.logs.publish("whatever", 0, "five", AT);

            await().until(() -> texts(all).contains("five") && texts(some).contains("four"));
            assertThat(texts(all)).containsExactly("one", "two", "three", "four", "five");
            assertThat(texts(some)).containsExactly("three", "four");
            JsonNode line = all.any("log_batch", any -> true).path("data").path(0);
            assertThat(line.propertyNames()).containsExactly("level", "session", "message", "time");
            assertThat(line.path("level").stringValue()).isEqualTo("DEBUG");
            assertThat(line.path("session").longValue()).isEqualTo(7);
        }
    }

    @Test
    void wantedLevelFollowsTheLowestSubscriber() {
        try (TestGateway gateway = TestGateway.start();
                Dashboard dashboard = gateway.dashboard()) {
            assertThat(gateway.wantedLevel()).isEmpty();

            dashboard.subscribe("logs");
            await().until(() -> gateway.wantedLevel().equals(Optional.of(LogLevel.INFO)));

            dashboard.say("{\"action\":\"subscribe\",\"topics\":[\"logs\"],\"logLevel\":\"DEBUG\"}");
            await().until(() -> gateway.wantedLevel().equals(Optional.of(LogLevel.DEBUG)));

            dashboard.subscribe("traffic");
            await().until(() -> gateway.wantedLevel().isEmpty());
        }
    }

    @Test
    void fullFeedDropsTheOldestAndSaysHowMany() {
        LogFeed feed = new LogFeed(level -> {});
        feed.want(Optional.of(LogLevel.INFO));

        for (int i = 0; i < LogFeed.CAPACITY + 25; i++) {
            feed.publish("INFO", 0, "line " + i, AT);
        }

        LogFeed.Drained drained = feed.drain();
        assertThat(drained.dropped()).isEqualTo(25);
        assertThat(drained.lines()).hasSize(LogFeed.CAPACITY);
        assertThat(drained.lines().get(0).message()).isEqualTo("line 25");
    }

    @Test
    void feedKeepsNothingThatNobodyWants() {
        LogFeed feed = new LogFeed(level -> {});
        feed.publish("ERROR", 0, "unheard", AT);
        feed.want(Optional.of(LogLevel.WARN));
        feed.publish("INFO", 0, "too low", AT);

        assertThat(feed.drain().lines()).isEmpty();
    }

    private static List<String> texts(Dashboard dashboard) {
        List<String> texts = new ArrayList<>();
        for (JsonNode message : dashboard.messages) {
            if (message.path("type").stringValue("").equals("log_batch")) {
                message.path("data")
                        .forEach(line -> texts.add(line.path("message").stringValue()));
            }
        }
        return texts;
    }
}
