package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an event looks like on the console. */
class LogLineTest {
    private final LoggerContext context = new LoggerContext();

    private String line(Level level, String message, @Nullable Throwable thrown, Object... arguments) {
        Logger logger = context.getLogger("io.weir.proxyengine.ConnectHandler");
        ILoggingEvent event = new LoggingEvent(Logger.class.getName(), logger, level, message, thrown, arguments);
        return new LogLine().doLayout(event);
    }

    @Test
    void aLineIsTimeLevelClassAndMessage() {
        String line = line(Level.INFO, "opened host={}", null, "example.com");

        assertThat(line).endsWith(System.lineSeparator());
        String[] parts = line.strip().split(" ", 2);
        assertThat(ZonedDateTime.parse(parts[0])).isNotNull();
        assertThat(parts[1]).isEqualTo("INFO  ConnectHandler opened host=example.com");
    }

    @Test
    void levelsOfFourAndFiveLettersAlign() {
        assertThat(line(Level.WARN, "x", null).indexOf("ConnectHandler"))
                .isEqualTo(line(Level.ERROR, "x", null).indexOf("ConnectHandler"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb", "a\nb", "a\u001b[2Jb", "a\0b", "a\u0085b", "a\u2028b", "a\u202eb", "a\tb"})
    void whatComesFromTheWireCannotMakeALineOfItsOwn(String name) {
        String line = line(Level.WARN, "refused host={}", null, name);

        assertThat(line.lines()).hasSize(1);
        assertThat(line).matches("\\S+ WARN  ConnectHandler refused host=a [^\\p{Cntrl}]*b\\R");
    }

    @Test
    void norDoesTheMessageOfAnException() {
        var cause = new IOException("bad\r\n2026-11-23T12:00:00.000Z INFO  Node forged\u001b[2J");
        String lines = line(Level.ERROR, "failed", new IllegalStateException("a\nb", cause));

        assertThat(lines.lines().filter(each -> !each.startsWith("\tat ")).skip(1))
                .containsExactly(
                        "java.lang.IllegalStateException: a b",
                        "Caused by: java.io.IOException: bad  2026-11-23T12:00:00.000Z INFO  Node forged [2J");
    }

    @Test
    void anExceptionAddsSixFramesOfItselfAndOfEachCause() {
        var thrown = new IllegalStateException("outer", new IOException("inner"));

        String lines = line(Level.ERROR, "failed", thrown);

        assertThat(lines).contains("IllegalStateException: outer", "Caused by: java.io.IOException: inner");
        assertThat(lines.lines().filter(each -> each.startsWith("\tat "))).hasSize(12);
    }
}
