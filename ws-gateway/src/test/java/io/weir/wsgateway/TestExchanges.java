package io.weir.wsgateway;

import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.util.List;

/** Exchanges for tests of what is shown of them. */
final class TestExchanges {
    static final String BODY = "ab".repeat(32);
    static final String CERTIFICATE = "0f".repeat(32);

    private TestExchanges() {}

    /** One with all that an exchange can have. */
    static ExchangeCompleted full() {
        return new ExchangeCompleted(
                9,
                8,
                SessionProtocol.HTTPS_MITM,
                "127.0.0.1:50312",
                "h.example:443",
                "POST",
                "https://h.example/p",
                200,
                "HTTP/2",
                "HTTP/1.1",
                "192.0.2.1:443",
                CERTIFICATE,
                new MessageFacts(
                        List.of(
                                new Field("Accept", "text/html"),
                                new Field("content-type", "application/json"),
                                new Field("accept", "*/*")),
                        3,
                        100,
                        "",
                        "the store is full"),
                new MessageFacts(List.of(new Field("Content-Type", "text/html")), 0, 1_900, BODY, ""),
                new Tally(512, 2_048, 0, 0, 530, 2_100),
                new Tally(700, 2_300, 0, 0, 700, 2_300),
                new ExchangeTimes(1_772_935_200_000L, 1_000, 2_000, 30_000, 35_999),
                3,
                0,
                "");
    }

    /** One of which nothing is known but its URL and that it failed. */
    static ExchangeCompleted failed(String url) {
        return new ExchangeCompleted(
                1,
                0,
                SessionProtocol.HTTP,
                "127.0.0.1:50312",
                "h.example",
                "GET",
                url,
                0,
                "HTTP/1.1",
                "",
                "",
                "",
                MessageFacts.NONE,
                MessageFacts.NONE,
                Tally.ZERO,
                Tally.ZERO,
                new ExchangeTimes(
                        1_772_935_200_000L,
                        ExchangeTimes.NEVER,
                        ExchangeTimes.NEVER,
                        ExchangeTimes.NEVER,
                        ExchangeTimes.NEVER),
                0,
                0,
                "origin refused");
    }

    /** One with so large a header that a few of them are too much for a client that does not read. */
    static ExchangeCompleted large(String url) {
        ExchangeCompleted small = failed(url);
        return new ExchangeCompleted(
                1,
                0,
                small.protocol(),
                small.remote(),
                small.host(),
                small.method(),
                url,
                200,
                "HTTP/1.1",
                "HTTP/1.1",
                "",
                "",
                new MessageFacts(List.of(new Field("a", "x".repeat(4_000))), 0, 0, "", ""),
                MessageFacts.NONE,
                Tally.ZERO,
                Tally.ZERO,
                small.times(),
                0,
                0,
                "");
    }
}
