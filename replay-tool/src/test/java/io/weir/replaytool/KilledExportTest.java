package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import io.weir.replaytool.SeededJournal.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that exports is killed for real, and its export resumed. */
@Tag("jdk")
class KilledExportTest {
    private static final int DELTAS = 120_000;

    @TempDir
    Path data;

    @TempDir
    Path outs;

    /** What the process runs: {@code export … } as on the command line. */
    static final class Exporting {
        private Exporting() {}

        public static void main(String[] arguments) {
            Run.plain(arguments);
        }
    }

    @Test
    void anExportThatIsKilledWithSignalNineIsResumedWithoutDoublingOrSkipping() throws Exception {
        writeJournal();
        Path whole = outs.resolve("whole");
        Path killed = outs.resolve("killed");
        Run.of(data, "export", "events", "--out", whole.toString());

        killWhenSomeRowsAreSure(killed);
        long sure = ExportMark.read(killed).bytes();
        Run resumed = Run.of(data, "export", "events", "--out", killed.toString(), "--resume");

        assertThat(sure).isPositive();
        assertThat(resumed.status()).isZero();
        assertThat(Files.mismatch(whole, killed)).isEqualTo(-1);
    }

    private void killWhenSomeRowsAreSure(Path out) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Exporting.class.getName(),
                        "export",
                        "events",
                        "--out",
                        out.toString(),
                        "--data",
                        data.toString())
                .inheritIO()
                .start();
        try {
            await().atMost(Duration.ofSeconds(60))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> !process.isAlive() || surelyThere(out) > ExportFile.SURE_BYTES / 2);
        } finally {
            process.destroyForcibly(); // SIGKILL
        }
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    private static long surelyThere(Path out) {
        try {
            return ExportMark.read(out).bytes();
        } catch (IOException e) {
            return 0; // not yet
        }
    }

    private void writeJournal() {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(TestLedger.BEGIN_MILLIS, new NodeStarted("node", 1, "1.2.3", 1, 1_000)));
        steps.add(new Step(
                TestLedger.BEGIN_MILLIS,
                new SessionOpened(
                        1, 1, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", "a.example:443", "", "10.0.0.1:5", "")));
        Tally delta = new Tally(1_000, 2_000, 0, 0, 1_000, 2_000);
        for (int i = 0; i < DELTAS; i++) {
            steps.add(new Step(TestLedger.BEGIN_MILLIS + i / 100, new BytesTransferred(1, delta)));
        }
        SeededJournal.write(data, steps);
    }
}
