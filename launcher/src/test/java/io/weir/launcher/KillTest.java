package io.weir.launcher;

import static io.weir.launcher.EndToEndTest.audit;
import static io.weir.launcher.EndToEndTest.figure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} under load, again and again: the journal opens, totals never fall, nothing is counted twice. */
@Tag("jdk")
class KillTest {
    private static final int TUNNELS = 16;

    @TempDir
    Path folder;

    @Test
    void totalsSurviveThreeKillsUnderLoadWithSeed7() throws Exception {
        rounds(3, 7);
    }

    @Test
    @Tag("slow")
    void totalsSurviveFiftyKillsUnderLoadWithSeed50() throws Exception {
        rounds(50, 50);
    }

    private void rounds(int rounds, long seed) throws Exception {
        Path data = folder.resolve("data");
        var random = new Random(seed);
        long up = 0;
        long down = 0;
        long sequence = 0;
        long sentInAll = 0;
        String anchor = "";
        try (var origin = EchoOrigin.start()) {
            for (int round = 0; round < rounds; round++) {
                try (var weir = WeirProcess.start(data)) {
                    assertThat(figure(weir.health().body(), "sequence")).isGreaterThanOrEqualTo(sequence);
                    var traffic = EchoTraffic.start(weir.proxyPort(), origin.authority(), TUNNELS, seed + round);
                    long enough = random.nextInt(3_000_000);
                    await().atMost(Duration.ofSeconds(30)).until(() -> traffic.echoed() >= enough);
                    long acknowledged = figure(audit(data), "up");
                    weir.kill();
                    traffic.close();
                    sentInAll += traffic.sent();
                    String after = audit(data);
                    anchor = WeirProcess.run("anchor", "--data", data.toString())
                            .out()
                            .strip();

                    assertThat(figure(after, "up")).isBetween(Math.max(up, acknowledged), sentInAll);
                    assertThat(figure(after, "down")).isBetween(down, sentInAll);
                    assertThat(figure(after, "sequence")).isGreaterThan(sequence);
                    up = figure(after, "up");
                    down = figure(after, "down");
                    sequence = figure(after, "sequence");
                }
            }
            try (var weir = WeirProcess.start(data)) {
                String healed = audit(data);
                assertThat(figure(healed, "open")).isZero();
                assertThat(figure(healed, "up")).isEqualTo(up);
                assertThat(figure(healed, "down")).isEqualTo(down);
                assertThat(audit(data, "--sessions")).contains("\"reason\":\"NODE_CRASHED\"");
                weir.stop();
            }
            var verified = WeirProcess.run("verify", "--json", "--data", data.toString(), "--anchor", anchor);
            assertThat(verified.status()).as(verified.out() + verified.err()).isZero();
            assertThat(verified.out()).contains("\"unsealedTail\":0", "\"found\":1");
        }
    }
}
