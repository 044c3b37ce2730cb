package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.weir.aggregator.journal.ChronicleJournal;
import io.weir.aggregator.journal.RetentionPolicy;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a file system that is really full; needs the right to mount one. */
@Tag("slow")
class FullDiskTest {
    @TempDir
    Path folder;

    private boolean isMounted;

    @BeforeEach
    void mount() throws Exception {
        isMounted = run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder.toString());
        assumeThat(isMounted).isTrue();
    }

    @AfterEach
    void unmount() throws Exception {
        if (isMounted) {
            run("umount", folder.toString());
        }
    }

    @Test
    void theNodeOutlivesAFullDiskAndLosesNothing() throws Exception {
        Path ballast = folder.resolve("ballast");
        Path journal = folder.resolve("journal");
        EventBus bus = EventBus.create(1_024);
        AggregatorConfig config = new AggregatorConfig(
                journal,
                "test",
                Duration.ofMillis(100),
                Duration.ofMillis(10),
                0,
                1_000_000,
                Duration.ofMinutes(10),
                Duration.ofMillis(100),
                1_000_000,
                folder.resolve("seal"),
                Duration.ofMillis(1),
                RetentionPolicy.KEEP_ALL);
        Tally counted = Tally.ZERO;
        try (Aggregator aggregator =
                Aggregator.open(bus, config, ChronicleJournal::open, System::currentTimeMillis, () -> Long.MAX_VALUE)) {
            counted = counted.plus(new EventStorm(bus, 71, 1, 2_000, 0).run());
            fill(ballast);
            for (int i = 0; aggregator.health().state() == JournalState.OK && i < 200; i++) {
                counted = counted.plus(new EventStorm(bus, 72 + i, 1, 2_000, 0).run());
            }
            assertThat(aggregator.health().state()).isEqualTo(JournalState.DEGRADED);
            Files.delete(ballast);
            await().atMost(20, TimeUnit.SECONDS).until(() -> aggregator.health().state() == JournalState.OK);
            counted = counted.plus(new EventStorm(bus, 500, 1, 2_000, 0).run());
        }

        LedgerFold replayed = Ledgers.replay(journal);
        assertThat(replayed.totals()).isEqualTo(counted);
        assertThat(replayed.gapCount()).isPositive();
        assertThat(replayed.violations()).isZero();
    }

    private static void fill(Path ballast) throws IOException {
        byte[] block = new byte[4_096];
        try (var out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("space");
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }
}
