package io.weir.benchmarks.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Runs a command and says what it took: {@code MeasureCommand EVENTS COMMAND…}. The command must be one process, or become one by {@code exec}.
 *
 * <p>Seconds are of the clock and of the CPU; the peak of memory is that of the kernel ({@code VmHWM}), looked at every few milliseconds.
 */
public final class MeasureCommand {
    private static final long LOOK_MILLIS = 5;

    private MeasureCommand() {}

    /** Runs one; ends with its status. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length < 2) {
            System.err.println("usage: MeasureCommand EVENTS COMMAND...");
            System.exit(64);
        }
        long events = Long.parseLong(arguments[0]);
        List<String> command = Arrays.asList(arguments).subList(1, arguments.length);
        long begun = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long peakKib = 0;
        Duration cpu = Duration.ZERO;
        while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            peakKib = Math.max(peakKib, peakKib(process.pid()));
            cpu = process.info().totalCpuDuration().orElse(cpu);
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "%-60s %7.2f s %7.2f CPU-s %8.2f M events/s %6d MiB  status %d%n",
                String.join(" ", command.subList(1, command.size())),
                seconds,
                cpu.toMillis() / 1e3,
                events / seconds / 1e6,
                peakKib / 1024,
                process.exitValue());
    }

    private static long peakKib(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
        } catch (IOException e) {
            // it has ended
        }
        return 0;
    }
}
