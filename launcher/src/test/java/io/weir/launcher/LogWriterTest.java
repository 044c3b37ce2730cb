package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import io.weir.launcher.logfile.Rotation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The log of a node in a file: rotated, moved away, full, too slow; and nobody who logs waits. */
class LogWriterTest {
    private static final String ESCAPE = String.valueOf((char) 0x1b);
    private static final String RIGHT_TO_LEFT = String.valueOf((char) 0x202e);

    @TempDir
    Path folder;

    private final LoggerContext context = new LoggerContext();
    private final JsonLogLine layout = new JsonLogLine();
    private LogWriter writer;
    private Logger log;
    private Path file;

    @BeforeEach
    void start() {
        context.setMDCAdapter(new LogbackMDCAdapter()); // as SLF4J does it
        new LogSetup().configure(context);
        writer = LogWriter.of(context).orElseThrow();
        log = context.getLogger("io.weir.launcher.Something");
        file = folder.resolve("weir.log");
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private void writeTo(Path target, Rotation rotation) {
        writer.output(new LogWriter.Output(layout, LogFileTarget.open(target, rotation, layout)));
    }

    private void awaitLine(Path where, String text) {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(10))
                .until(() -> Files.exists(where) && Files.readString(where).contains(text));
    }

    @Test
    void aFullFileBecomesTheFirstOfThoseThatAreKept() throws Exception {
        writeTo(file, new Rotation(4096, 3));

        for (int i = 0; i < 100; i++) {
            log.info("line number {} with some text to fill the file {}", i, "x".repeat(100));
            awaitLine(file, "line number " + i + " ");
        }

        assertThat(folder.resolve("weir.log.3")).exists();
        assertThat(folder.resolve("weir.log.4")).doesNotExist();
        for (String name : List.of("weir.log", "weir.log.1", "weir.log.2", "weir.log.3")) {
            assertThat(Files.size(folder.resolve(name))).isLessThanOrEqualTo(4096);
        }
        assertThat(Files.readString(folder.resolve("weir.log.1")).length()).isGreaterThan(3500);
    }

    @Test
    void aFileThatWasMovedAwayIsBegunAnew() throws Exception {
        writeTo(file, new Rotation(1 << 20, 3));
        log.info("before");
        awaitLine(file, "before");

        Files.move(file, folder.resolve("moved"));
        log.info("after");

        awaitLine(file, "after");
        assertThat(folder.resolve("moved")).content().contains("before").doesNotContain("after");
        assertThat(file).content().doesNotContain("before");
    }

    @Test
    void eachEventIsOneObjectInOneLineWhateverItHolds() throws Exception {
        writeTo(file, new Rotation(1 << 20, 3));
        String hostile = "a\"b\\c\r\nFORGED " + ESCAPE + "[31m" + RIGHT_TO_LEFT + "\u0000 é 中文";

        log.error("host={}", hostile, new IOException(hostile, new IllegalStateException("cause")));
        context.stop();

        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(1);
        assertThat(lines.get(0)).doesNotContain(ESCAPE, RIGHT_TO_LEFT).contains("é 中文");
        JsonNode event = new JsonMapper().readTree(lines.get(0));
        assertThat(event.get("message").stringValue()).isEqualTo("host=" + hostile);
        assertThat(event.get("level").stringValue()).isEqualTo("ERROR");
        assertThat(event.get("logger").stringValue()).isEqualTo("Something");
        assertThat(event.get("exception").stringValue()).contains("java.io.IOException: a", "Caused by: ", "cause");
    }

    @Test
    void onlyWhatIsLoudEnoughIsWritten() {
        writeTo(file, new Rotation(1 << 20, 3));

        writer.threshold(Level.WARN);
        log.info("quiet");
        log.warn("loud");

        awaitLine(file, "loud");
        assertThat(file).content().doesNotContain("quiet");
    }

    @Test
    @Timeout(20)
    void whoLogsNeverWaitsAndWhatIsLostIsCounted() throws Exception {
        var isWriting = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        LogFileTarget target = LogFileTarget.open(file, new Rotation(10 << 20, 3), layout);
        writer.output(new LogWriter.Output(layout, (bytes, events) -> {
            isWriting.countDown();
            try {
                goOn.await(15, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            target.write(bytes, events);
        }));
        log.info("first");
        assertThat(isWriting.await(10, TimeUnit.SECONDS)).isTrue();

        IntStream.range(0, 10_000).forEach(i -> log.info("many {}", i));
        goOn.countDown();

        awaitLine(file, "events were not logged: too many at once");
        context.stop();
        List<String> lines = Files.readAllLines(file);
        long lost = lines.stream()
                .filter(line -> line.contains("too many at once"))
                .mapToLong(line -> Long.parseLong(line.replaceAll(".*\"message\":\"(\\d+) events.*", "$1")))
                .sum();
        long written = lines.stream()
                .filter(line -> line.contains("many ") && !line.contains("too many"))
                .count();
        assertThat(written + lost).isEqualTo(10_000);
    }

    @Test
    void aFullDiskLosesAndCountsAndSaysSoWhenItWorksAgain() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        boolean isMounted = run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString());
        assumeThat(isMounted).as("allowed to mount").isTrue();
        try {
            Path full = disk.resolve("weir.log");
            Path ballast = disk.resolve("ballast");
            writeTo(full, new Rotation(1 << 20, 3));
            log.info("before");
            awaitLine(full, "before");
            fill(ballast);

            for (int i = 0; i < 100; i++) {
                log.info("lost {} {}", i, "x".repeat(200));
            }
            log.info("turn");
            await().atMost(Duration.ofSeconds(10)).until(() -> {
                Files.deleteIfExists(ballast);
                log.info("again");
                return Files.readString(full).contains("the file could not be written");
            });

            awaitLine(full, "again");
            assertThat(Files.readAllLines(full)).allSatisfy(line -> new JsonMapper().readTree(line));
        } finally {
            context.stop(); // closes the file
            run("umount", disk.toString());
        }
    }

    private static void fill(Path file) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            while (true) {
                out.write(new byte[512]);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("space");
        }
    }

    private static boolean run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor() == 0;
    }
}
