package io.weir.launcher.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.launcher.logfile.Rotation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file of an access log and its mark, when the process ended at any moment and when others move the file. */
class MarkedFileTest {
    private static final String NODE = "node-1";

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("access.log");
    }

    private MarkedFile open(String node, long maxBytes) throws IOException {
        var config = new AccessLogConfig(file, AccessFormat.JSON, Duration.ofMinutes(1), new Rotation(maxBytes, 100));
        return MarkedFile.open(config, node, 0, "1.cq4");
    }

    private static void line(MarkedFile log, long sequence) throws IOException {
        log.append(ByteBuffer.wrap((sequence + "\n").getBytes(StandardCharsets.US_ASCII)), sequence);
    }

    private String all() throws IOException {
        var text = new StringBuilder();
        for (int i = 100; i >= 1; i--) {
            Path earlier = folder.resolve("access.log." + i);
            text.append(Files.exists(earlier) ? Files.readString(earlier) : "");
        }
        return text.append(Files.readString(file)).toString();
    }

    private static String upTo(long last) {
        var text = new StringBuilder();
        for (long i = 1; i <= last; i++) {
            text.append(i).append('\n');
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whoeverDiesAtAnyMomentLosesNoLineAndRepeatsNoneWithSeed(long seed) throws Exception {
        var random = new Random(seed);
        long last = 0;
        for (int life = 0; life < 40; life++) {
            MarkedFile log = open(NODE, 64); // never closed: it is killed
            last = log.sequence();
            if (life == 0) {
                log.mark(0, "1.cq4");
            }
            for (int lines = random.nextInt(40); lines > 0; lines--) {
                line(log, ++last);
                if (random.nextInt(5) == 0) {
                    log.mark(last, "1.cq4");
                }
                if (random.nextInt(30) == 0) {
                    moveAway();
                }
            }
        }
        try (MarkedFile log = open(NODE, 1 << 20)) {
            last = log.sequence();
        }

        assertThat(last).isGreaterThan(100);
        assertThat(all()).isEqualTo(upTo(last));
    }

    /** As logrotate does: all of them one number up. */
    private void moveAway() throws IOException {
        for (int i = 99; i >= 1; i--) {
            Path from = folder.resolve("access.log." + i);
            if (Files.exists(from)) {
                Files.move(from, folder.resolve("access.log." + (i + 1)), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.move(file, folder.resolve("access.log.1"));
    }

    @Test
    void whatIsInTheFileAlreadyStaysWhenThereIsNoMark() throws Exception {
        Files.writeString(file, "somebody else's\n");

        try (MarkedFile log = open(NODE, 1 << 20)) {
            log.mark(0, "1.cq4");
            line(log, 1);
        }
        try (MarkedFile log = open(NODE, 1 << 20)) {
            assertThat(log.sequence()).isZero();
        }

        assertThat(file).hasContent("somebody else's\n");
    }

    @Test
    void theMarkOfAnotherNodeAndOneThatIsDamagedAreNone() throws Exception {
        try (MarkedFile log = open(NODE, 1 << 20)) {
            line(log, 7);
            log.mark(7, "1.cq4");
        }

        try (MarkedFile log = open("node-2", 1 << 20)) {
            assertThat(log.sequence()).isZero();
        }
        Path mark = folder.resolve("access.log.weir-mark");
        Files.writeString(mark, Files.readString(mark).replace(" 7 ", " 8 "));
        try (MarkedFile log = open(NODE, 1 << 20)) {
            assertThat(log.sequence()).isZero();
        }
        assertThat(file).hasContent("7\n");
    }

    @Test
    void aFileThatSomebodyCutShortIsWrittenOn() throws Exception {
        try (MarkedFile log = open(NODE, 1 << 20)) {
            line(log, 1);
            log.mark(1, "1.cq4");
        }
        Files.writeString(file, "");

        try (MarkedFile log = open(NODE, 1 << 20)) {
            assertThat(log.sequence()).isEqualTo(1);
            line(log, 2);
        }

        assertThat(file).hasContent("2\n");
    }
}
