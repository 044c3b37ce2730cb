package io.weir.aggregator.journal;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.function.LongSupplier;
import net.openhft.chronicle.core.time.TimeProvider;

/**
 * The clock that decides into which file a record goes. It never goes back, not even behind the last file of an earlier
 * run: when the wall clock does, writing stays in the latest file until the wall clock has caught up.
 */
final class CycleTime implements TimeProvider {
    private static final DateTimeFormatter HOURLY_FILE = DateTimeFormatter.ofPattern("yyyyMMdd-HH'F.cq4'");

    private static final long HOUR_MILLIS = 3_600_000;

    private final LongSupplier clockMillis;
    private long latest;
    private long fileHour = -1;
    private String file = "";

    CycleTime(LongSupplier clockMillis, List<String> files) {
        this.clockMillis = clockMillis;
        this.latest = files.isEmpty() ? 0 : startOf(files.get(files.size() - 1));
    }

    /** Stands still until {@link #advance}, so that a record goes where room was made for it. */
    @Override
    public long currentTimeMillis() {
        return latest;
    }

    /** Looks at the wall clock. Answers the file that is written now. */
    String advance() {
        latest = Math.max(latest, clockMillis.getAsLong());
        long hour = latest / HOUR_MILLIS;
        if (hour != fileHour) {
            fileHour = hour;
            file = HOURLY_FILE.format(LocalDateTime.ofInstant(Instant.ofEpochMilli(latest), ZoneOffset.UTC));
        }
        return file;
    }

    /** From now on it is at least the next hour. */
    void toNextFile() {
        latest = (latest / HOUR_MILLIS + 1) * HOUR_MILLIS;
    }

    static long startOf(String file) {
        try {
            return LocalDateTime.parse(file, HOURLY_FILE)
                    .toInstant(ZoneOffset.UTC)
                    .toEpochMilli();
        } catch (DateTimeParseException e) {
            throw new JournalException(
                    FaultKind.NOT_A_JOURNAL, "journal " + file + ": not named as a file of an hour (yyyyMMdd-HHF)", e);
        }
    }
}
