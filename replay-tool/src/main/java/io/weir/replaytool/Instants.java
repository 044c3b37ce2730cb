package io.weir.replaytool;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How instants are written on the command line: as RFC 3339 has them ({@code 2026-11-23T14:00:00Z}, with any offset), or as so long
 * before now ({@code -90s}, {@code -30m}, {@code -1h}, {@code -7d}). One thread.
 */
public final class Instants implements ITypeConverter<Instant> {
    /** For the help of options. */
    public static final String FORMS = "RFC 3339, or -1h (s, m, h, d) before now";

    private static final Pattern BEFORE_NOW = Pattern.compile("-(\\d{1,12})([smhd])");

    @Override
    public Instant convert(String text) {
        return parse(text, Instant.now());
    }

    /**
     * Reads an instant.
     *
     * @throws TypeConversionException if it is none, or before 1970
     */
    static Instant parse(String text, Instant now) {
        try {
            Matcher before = BEFORE_NOW.matcher(text);
            Instant instant = before.matches()
                    ? now.minusSeconds(Math.multiplyExact(Long.parseLong(before.group(1)), seconds(before.group(2))))
                    : OffsetDateTime.parse(text).toInstant();
            if (instant.toEpochMilli() >= 0) {
                return instant;
            }
        } catch (DateTimeException | ArithmeticException e) {
            // as below
        }
        throw new TypeConversionException(
                "'" + text + "' is no instant; give it as 2026-11-23T14:00:00Z, or as -1h (s, m, h, d) before now");
    }

    private static long seconds(String unit) {
        return switch (unit) {
            case "s" -> 1;
            case "m" -> 60;
            case "h" -> 3_600;
            default -> 86_400;
        };
    }
}
