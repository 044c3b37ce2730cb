package io.weir.launcher.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.OriginConnected;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What lines look like, with whatever comes from the wire in them, and which events make them. */
class AccessFormatTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern COMBINED = Pattern.compile(
            "(\\S+) (-|\\d+(?:/\\d+)?\\+?) (\\S+) \\[(\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:\\d\\d \\+0000)] \"((?:[^\"\\\\]|\\\\.)*)\""
                    + " (\\d{3}) (\\d+) \"((?:[^\"\\\\]|\\\\.)*)\" \"((?:[^\"\\\\]|\\\\.)*)\"\n");
    private static final String NASTY =
            "\"\\ \n\r\t\0" + (char) 0x1b + "[31m]'<>%x" + (char) 0x7f + (char) 0x9b + (char) 0x202e + (char) 0x2028
                    + (char) 0xd800 + "é中" + Character.toString(0x1f600) + Character.toString(0xe0001);

    private final List<AccessLine> lines = new ArrayList<>();
    private final AccessFold fold = new AccessFold(60_000, lines::add);
    private long sequence;

    private void event(long atMillis, LedgerEvent event) {
        fold.event(++sequence, atMillis, event);
    }

    private void moved(long atMillis, long session, long up, long down) {
        var delta = new Counts();
        delta.set(up, down, 0, 0, up, down);
        fold.transferred(++sequence, atMillis, session, delta);
    }

    private static SessionOpened tunnel(long id) {
        return new SessionOpened(
                id, id, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", "a.example:443", "", "192.0.2.1:5000", "");
    }

    private String text(AccessFormat format, int line) {
        return new String(format.bytes(lines.get(line)), StandardCharsets.UTF_8);
    }

    private static String nasty(Random random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(30); i > 0; i--) {
            text.append(NASTY.charAt(random.nextInt(NASTY.length())));
        }
        return text.toString();
    }

    private static ExchangeCompleted exchange(long id, long parent, Random random) {
        var request = new MessageFacts(
                List.of(
                        new MessageFacts.Field("user-agent", nasty(random)),
                        new MessageFacts.Field("Referer", nasty(random))),
                0,
                3,
                "",
                "");
        return new ExchangeCompleted(
                id,
                parent,
                SessionProtocol.HTTP,
                nasty(random),
                nasty(random),
                nasty(random),
                nasty(random),
                200,
                nasty(random),
                nasty(random),
                nasty(random),
                "",
                request,
                MessageFacts.NONE,
                Tally.ZERO,
                Tally.ZERO,
                new ExchangeTimes(1_000, -1, -1, 20, 30),
                0,
                0,
                nasty(random));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20261126})
    void whateverIsSentAnEventIsOneLineThatParsesWithSeed(long seed) {
        var random = new Random(seed);
        for (int i = 1; i <= 500; i++) {
            String user = nasty(random);
            String url = nasty(random);
            event(
                    i,
                    new SessionOpened(
                            i, 0, SessionProtocol.HTTP, nasty(random), nasty(random), url, nasty(random), user));
            boolean isRead = random.nextBoolean();
            ExchangeCompleted exchange = exchange(i, 0, random);
            if (isRead) {
                event(i, exchange);
            }
            event(i, new SessionClosed(i, CloseReason.COMPLETED, random.nextInt(2) * 200, Tally.ZERO));
            event(i, new ConnectionRefused(0, nasty(random), nasty(random), nasty(random)));
            int closed = lines.size() - 2;
            for (AccessFormat format : AccessFormat.values()) {
                for (int line = closed; line < lines.size(); line++) {
                    requireOneLine(text(format, line));
                }
            }
            Matcher combined = COMBINED.matcher(text(AccessFormat.COMBINED, closed));
            assertThat(combined.matches())
                    .as(text(AccessFormat.COMBINED, closed))
                    .isTrue();
            assertThat(COMBINED.matcher(text(AccessFormat.COMBINED, closed + 1)).matches())
                    .isTrue();
            JsonNode json = JSON.readTree(text(AccessFormat.JSON, closed));
            assertThat(json.path("user").asString("")).isEqualTo(user);
            assertThat(json.path("url").asString("")).isEqualTo(isRead ? exchange.url() : url);
            if (isRead) {
                assertThat(json.path("userAgent").asString(""))
                        .isEqualTo(exchange.request().value("User-Agent"));
            }
            JSON.readTree(text(AccessFormat.JSON, closed + 1));
        }
    }

    private static void requireOneLine(String line) {
        assertThat(line).endsWith("\n");
        String shown = line.substring(0, line.length() - 1);
        assertThat(shown.codePoints().allMatch(c -> switch (Character.getType(c)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR -> false;
                    default -> true;
                }))
                .as(line)
                .isTrue();
    }

    @Test
    void aTunnelLooksLikeThis() {
        event(1_000, tunnel(7));
        event(1_010, new OriginConnected(7, "198.51.100.1:443"));
        moved(1_020, 7, 3, 5);
        event(2_000, new SessionClosed(7, CloseReason.COMPLETED, 200, new Tally(3, 5, 0, 0, 3, 5)));

        assertThat(text(AccessFormat.COMMON, 0))
                .isEqualTo("192.0.2.1 7 - [01/Jan/1970:00:00:02 +0000] \"CONNECT a.example:443 HTTP/1.1\" 200 5\n");
        assertThat(text(AccessFormat.JSON, 0))
                .isEqualTo(
                        "{\"line\":\"closed\",\"sequence\":4,\"at\":\"1970-01-01T00:00:02Z\",\"session\":7,\"root\":true,"
                                + "\"protocol\":\"HTTPS-Tunnel\",\"client\":\"192.0.2.1:5000\",\"method\":\"TUNNEL\",\"host\":\"a.example:443\","
                                + "\"status\":200,\"origin\":\"198.51.100.1:443\",\"openedAt\":\"1970-01-01T00:00:01Z\",\"millis\":1000,"
                                + "\"reason\":\"COMPLETED\",\"up\":3,\"down\":5,\"overheadUp\":0,\"overheadDown\":0,\"originUp\":3,\"originDown\":5}\n");
    }

    @Test
    void whatGoesOnHasALineForEachWindowThatItMovedIn() {
        event(1_000, tunnel(7));
        moved(61_000, 7, 1, 0); // opened in the window before: no line for that
        moved(121_000, 7, 1, 0);
        event(181_000, new OriginConnected(7, "198.51.100.1:443"));
        event(241_000, new OriginConnected(7, "198.51.100.1:443"));

        assertThat(lines).extracting(AccessLine::kind).containsOnly(AccessLine.Kind.OPEN);
        assertThat(lines).extracting(AccessLine::atMillis).containsExactly(120_000L, 180_000L);
        assertThat(lines).extracting(line -> line.counts().up()).containsExactly(1L, 2L);
        assertThat(text(AccessFormat.COMMON, 1)).startsWith("192.0.2.1 7+ - ").contains(" 000 0");
        assertThat(text(AccessFormat.JSON, 1)).contains("\"line\":\"open\"").doesNotContain("reason");
    }

    @Test
    void whoBeginsAtACheckpointGetsTheSameLines() {
        fold.event(50, 61_000, new CheckpointBegun(1, 100, 1, 0, Tally.ZERO, 1));
        fold.event(
                51, 61_000, new CheckpointSession(tunnel(7), 1_000, "198.51.100.1:443", new Tally(40, 0, 0, 0, 40, 0)));
        assertThat(fold.isWhole()).isFalse();
        fold.event(52, 61_000, new CheckpointEnded(50));
        sequence = 52;
        moved(62_000, 7, 2, 0);
        event(63_000, new SessionClosed(7, CloseReason.CLIENT_RESET, 200, new Tally(42, 0, 0, 0, 42, 0)));

        assertThat(fold.isWhole()).isTrue();
        assertThat(lines).hasSize(1);
        assertThat(lines.get(0).counts()).isEqualTo(new Tally(42, 0, 0, 0, 42, 0));
        assertThat(lines.get(0).openedAtMillis()).isEqualTo(1_000);
    }

    @Test
    void anExchangeThatFollowsItsSessionsCloseHasALineOfItsOwnInJsonOnly() {
        event(1_000, tunnel(7));
        event(
                1_000,
                new SessionOpened(
                        8,
                        7,
                        SessionProtocol.HTTPS_MITM,
                        "GET",
                        "a.example",
                        "https://a.example/",
                        "192.0.2.1:5000",
                        ""));
        event(2_000, new SessionClosed(8, CloseReason.COMPLETED, 200, Tally.ZERO));
        event(3_000, exchange(8, 7, new Random(5)));

        assertThat(lines)
                .extracting(AccessLine::kind)
                .containsExactly(AccessLine.Kind.CLOSED, AccessLine.Kind.EXCHANGE);
        assertThat(text(AccessFormat.COMMON, 0)).startsWith("192.0.2.1 8/7 - ");
        assertThat(text(AccessFormat.COMMON, 1)).isEmpty();
        assertThat(text(AccessFormat.JSON, 1))
                .contains("\"line\":\"exchange\"", "\"parent\":7", "\"root\":false")
                .doesNotContain("\"up\"");
    }
}
