package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.EventBus;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("jdk")
class KillTest {
    @TempDir
    Path folder;

    @Test
    void nothingThatANodeHasShownIsLostWhenItIsKilledThreeTimes() throws Exception {
        killAndRestart(3);
    }

    @Test
    @Tag("slow")
    void nothingThatANodeHasShownIsLostWhenItIsKilledTwentyTimes() throws Exception {
        killAndRestart(20);
    }

    private void killAndRestart(int rounds) throws Exception {
        Random random = new Random(61);
        long nextId = 0;
        for (int round = 0; round < rounds; round++) {
            String[] shown =
                    runAndKill(round * 1_000L, 100 + random.nextInt(900)).split(" ", -1);

            LedgerFold left = Ledgers.replay(folder);
            assertThat(left.sequence()).isGreaterThanOrEqualTo(Long.parseLong(shown[0]));
            assertThat(left.totals().up()).isGreaterThanOrEqualTo(Long.parseLong(shown[1]));
            assertThat(left.sessionsOpened()).isGreaterThanOrEqualTo(Long.parseLong(shown[2]));
            assertThat(left.firstFreeSessionId()).isGreaterThanOrEqualTo(Long.parseLong(shown[3]));
            assertThat(left.firstFreeSessionId()).isGreaterThan(nextId);
            assertThat(left.violationList()).isEmpty();
            assertThat(SealedRecords.of(folder).seals()).hasSizeGreaterThan(round);
            nextId = left.firstFreeSessionId();
        }
        LedgerFold left = Ledgers.replay(folder);
        try (Aggregator aggregator = Aggregator.open(EventBus.create(64), Ledgers.config(folder))) {
            assertThat(aggregator.latest().totals()).isEqualTo(left.totals());
            assertThat(aggregator.latest().openCount()).isZero();
            assertThat(aggregator.health().recoveryMillis()).isLessThan(5_000);
            assertThat(aggregator.health().boot()).isEqualTo(rounds + 1);
        }
        assertThat(Ledgers.replay(folder).violations()).isZero();
    }

    /** Answers the last line that the node printed. */
    private String runAndKill(long seed, long aliveMillis) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (argument.startsWith("--")) {
                command.add(argument);
            }
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), StormingNode.class.getName()));
        command.addAll(List.of(folder.toString(), Long.toString(seed)));
        Process node = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader lines = node.inputReader()) {
            assertThat(lines.readLine()).startsWith("ready ");
            String last = lines.readLine();
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(aliveMillis);
            while (System.nanoTime() < end) {
                last = lines.readLine();
            }
            node.destroyForcibly();
            assertThat(last).isNotNull();
            return String.valueOf(last);
        } finally {
            node.destroyForcibly().waitFor();
        }
    }
}
