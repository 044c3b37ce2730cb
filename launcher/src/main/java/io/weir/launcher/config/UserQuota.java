package io.weir.launcher.config;

import io.weir.aggregator.QuotaPolicy.Quota;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/**
 * A quota of one user, as {@code NAME day=100MiB month=2GiB}. A name may have spaces in it. Immutable.
 *
 * @param name the user's
 * @param day bytes for a day, 0 if there is no limit; null if it is that of everybody
 * @param month the same for a month
 */
record UserQuota(String name, @Nullable Long day, @Nullable Long month) {
    static final String FORM_TEXT =
            "NAME day=SIZE month=SIZE, one of both or both, where SIZE may be none; or NAME none";

    private static final String NONE = "none";
    private static final Pattern FORM =
            Pattern.compile("(\\S|\\S.*?\\S) +(?:(none)|(?:day=(\\S+)(?: +month=(\\S+))?|month=(\\S+)))");
    private static final long LARGEST_BYTES = 1L << 60;

    static UserQuota parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not " + FORM_TEXT);
        }
        if (form.group(2) != null) {
            return new UserQuota(form.group(1), 0L, 0L);
        }
        String month = form.group(4) != null ? form.group(4) : form.group(5);
        return new UserQuota(form.group(1), bytes(form.group(3)), bytes(month));
    }

    private static @Nullable Long bytes(@Nullable String text) {
        if (text == null) {
            return null;
        }
        if (text.equals(NONE)) {
            return 0L;
        }
        try {
            long bytes = new SizeConverter().convert(text);
            if (bytes < 1 || bytes > LARGEST_BYTES) {
                throw new IllegalArgumentException("'" + text + "' is no quota: 1 byte or more, or none");
            }
            return bytes;
        } catch (TypeConversionException e) {
            throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The text that stands for it. */
    String text() {
        if (day != null && month != null && day == 0 && month == 0) {
            return name + " " + NONE;
        }
        return name + text(" day=", day) + text(" month=", month);
    }

    private static String text(String word, @Nullable Long bytes) {
        return bytes == null ? "" : word + (bytes == 0 ? NONE : Types.sizeText(bytes));
    }

    /** What holds for the user, where everybody has these. */
    Quota over(Quota everyone) {
        return new Quota(day == null ? everyone.dayBytes() : day, month == null ? everyone.monthBytes() : month);
    }
}
