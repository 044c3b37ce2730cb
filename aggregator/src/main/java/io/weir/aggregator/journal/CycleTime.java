package io.weir.aggregator.journal;

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

    private final LongSupplier clockMillis;
    private long latest;

    CycleTime(LongSupplier clockMillis, List<String> files) {
        this.clockMillis = clockMillis;
        this.latest = files.isEmpty() ? 0 : startOf(files.get(files.size() - 1));
    }

    @Override
    public long currentTimeMillis() {
        latest = Math.max(latest, clockMillis.getAsLong());
        return latest;
    }

    private static long startOf(String file) {
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
