package io.weir.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;

/** Where this runs. */
final class Machine {
    private static final double KIB_PER_GIB = 1L << 20;

    private Machine() {}

    /** A sentence for the reader of a result. */
    static String description() {
        return String.format(
                Locale.ROOT,
                "%s, %d cores, %.0f GiB, %s %s, Java %s, %s.",
                value("/proc/cpuinfo", "model name"),
                Runtime.getRuntime().availableProcessors(),
                number(value("/proc/meminfo", "MemTotal")) / KIB_PER_GIB,
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("java.version"),
                LocalDate.now(ZoneOffset.UTC));
    }

    /** How many files this process may open. */
    static long fileLimit() {
        String limits = value("/proc/self/limits", "Max open files");
        return Math.round(number(limits));
    }

    private static double number(String text) {
        String digits = text.strip().split("\\D", 2)[0];
        return digits.isEmpty() ? 0 : Double.parseDouble(digits);
    }

    private static String value(String file, String key) {
        try {
            return Files.readString(Path.of(file))
                    .lines()
                    .filter(line -> line.startsWith(key))
                    .findFirst()
                    .map(line -> line.substring(key.length()).replaceFirst("^[\\s:]+", ""))
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }
}
