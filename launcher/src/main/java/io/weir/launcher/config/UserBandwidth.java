package io.weir.launcher.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * The bandwidth of one user, as {@code NAME 10MiB}. A name may have spaces in it. Immutable.
 *
 * @param name the user's
 * @param bytesPerSecond 0 if there is no limit
 */
record UserBandwidth(String name, long bytesPerSecond) {
    static final String FORM_TEXT = "NAME SIZE, per second, or NAME none";

    static final long LEAST_BYTES = 1024;
    static final long LARGEST_BYTES = 1L << 40;
    private static final String NONE = "none";
    private static final Pattern FORM = Pattern.compile("(\\S|\\S.*?\\S) +(\\S+)");

    static UserBandwidth parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not " + FORM_TEXT);
        }
        return new UserBandwidth(form.group(1), form.group(2).equals(NONE) ? 0 : bytes(form.group(2)));
    }

    private static long bytes(String text) {
        try {
            long bytes = new SizeConverter().convert(text);
            if (bytes < LEAST_BYTES || bytes > LARGEST_BYTES) {
                throw new IllegalArgumentException(
                        "'" + text + "' is no bandwidth: 1KiB to 1024GiB per second, or none");
            }
            return bytes;
        } catch (TypeConversionException e) {
            throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The text that stands for it. */
    String text() {
        return name + ' ' + (bytesPerSecond == 0 ? NONE : Types.sizeText(bytesPerSecond));
    }
}
