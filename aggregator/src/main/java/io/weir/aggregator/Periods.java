package io.weir.aggregator;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.concurrent.TimeUnit;

/**
 * Days and months in UTC by their numbers: days since 1970-01-01 and months since 1970-01. Stateless.
 *
 * <p>UTC has no summer time, so that every day is as long as every other and nobody's day is counted twice.
 */
public final class Periods {
    static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);
    private static final long MONTHS_A_YEAR = 12;
    private static final long FIRST_YEAR = 1970;
    private static final long DAYS_MAX =
            200_000_000_000L; // more than 63 bits of milliseconds, less than what the JDK's dates go to
    private static final long MONTHS_MAX = 10_000_000_000L;

    private Periods() {}

    static long day(long atMillis) {
        return Math.floorDiv(atMillis, DAY_MILLIS);
    }

    static long month(long day) {
        LocalDate date = LocalDate.ofEpochDay(day);
        return (date.getYear() - FIRST_YEAR) * MONTHS_A_YEAR + date.getMonthValue() - 1;
    }

    static long monthBegin(long month) {
        return yearMonth(month).atDay(1).toEpochDay() * DAY_MILLIS;
    }

    /** As {@code 2026-11-26}; its number if no calendar has it. */
    public static String dayText(long day) {
        return Math.abs(day) > DAYS_MAX
                ? String.valueOf(day)
                : LocalDate.ofEpochDay(day).toString();
    }

    /** As {@code 2026-11}; its number if no calendar has it. */
    public static String monthText(long month) {
        return Math.abs(month) > MONTHS_MAX
                ? String.valueOf(month)
                : yearMonth(month).toString();
    }

    private static YearMonth yearMonth(long month) {
        int year = Math.toIntExact(FIRST_YEAR + Math.floorDiv(month, MONTHS_A_YEAR));
        return YearMonth.of(year, (int) Math.floorMod(month, MONTHS_A_YEAR) + 1);
    }
}
