package io.weir.replaytool;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How figures are shown: counts exactly and for people, times in UTC to the millisecond. */
final class Figures {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final long YEAR_10000_MILLIS = 253_402_300_800_000L;
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Figures() {}

    /** ISO-8601; a time that no clock says is kept readable and parseable at the format's ends. */
    static String time(long millis) {
        long shown = Math.max(0, Math.min(millis, YEAR_10000_MILLIS - 1));
        return TIME.format(Instant.ofEpochMilli(shown));
    }

    /** {@code 1,234,567}. */
    static String exact(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** {@code 1.2 MiB}. */
    static String human(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        int unit = 0;
        double value = bytes / 1024.0;
        while (value >= 1023.95 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }

    /** {@code 1 session}, {@code 2 sessions}. */
    static String counted(long count, String thing) {
        return exact(count) + " " + thing + (count == 1 ? "" : "s");
    }
}
