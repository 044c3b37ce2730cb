package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which events are logged, and by whom. */
class LogSetupTest {
    private final LoggerContext context = new LoggerContext();

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void whatIsLoggedFromInfoOnIsForTheOperator() {
        assertThat(new LogSetup().configure(context)).isEqualTo(Configurator.ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);

        assertThat(context.getLogger("io.weir.proxyengine").getEffectiveLevel()).isEqualTo(Level.INFO);
        assertThat(context.getLogger("io.netty.channel").getEffectiveLevel()).isEqualTo(Level.WARN);
        assertThat(context.getLogger("net.openhft.chronicle").getEffectiveLevel())
                .isEqualTo(Level.ERROR);
    }

    @Test
    void whatIsLoggedIsWrittenByAThreadOfItsOwn() {
        new LogSetup().configure(context);

        assertThat(LogWriter.of(context)).isPresent().get().matches(LogWriter::isStarted);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .contains("weir-log");
    }
}
