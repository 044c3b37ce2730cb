package io.weir.proxyengine.rules;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bytes per second as text: a number, with KiB, MiB or GiB or as it is. Stateless. */
final class RateText {
    private static final Pattern FORM = Pattern.compile("(\\d{1,13})|(\\d{1,9}) ?(KiB|MiB|GiB)");
    private static final long MIN = 1 << 10;
    private static final long MAX = 1L << 40;

    /** What a rate is. */
    static final String EXPECTED = "a bandwidth is 1KiB to 1024GiB, the bytes per second, such as 512KiB or 10MiB";

    private RateText() {}

    /** The bytes per second; 0 if it is none, or not one that can be had. */
    static long parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return 0;
        }
        String unit = form.group(3);
        long bytes = unit == null
                ? Long.parseLong(form.group(1))
                : Long.parseLong(form.group(2))
                        << switch (unit) {
                            case "KiB" -> 10;
                            case "MiB" -> 20;
                            default -> 30;
                        };
        return bytes < MIN || bytes > MAX ? 0 : bytes;
    }

    /** As {@link #parse} reads it; empty for 0. */
    static String text(long bytes) {
        if (bytes == 0) {
            return "";
        }
        if (bytes % (1 << 30) == 0) {
            return (bytes >> 30) + "GiB";
        }
        if (bytes % (1 << 20) == 0) {
            return (bytes >> 20) + "MiB";
        }
        return bytes % (1 << 10) == 0 ? (bytes >> 10) + "KiB" : Long.toString(bytes);
    }
}
