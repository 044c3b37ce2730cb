package io.weir.replaytool;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads how large files may get together, in bytes: {@code 500MiB}, {@code 50GiB}, {@code 1TiB}. Any thread. */
public final class FileSizeConverter implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,6})(KiB|MiB|GiB|TiB)");

    /** For picocli. */
    public FileSizeConverter() {}

    @Override
    public Long convert(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches() || Long.parseLong(form.group(1)) == 0) {
            throw new TypeConversionException(
                    "'" + text + "' is no size: a number and KiB, MiB, GiB or TiB, such as 50GiB");
        }
        long number = Long.parseLong(form.group(1));
        return switch (form.group(2)) {
            case "KiB" -> number << 10;
            case "MiB" -> number << 20;
            case "GiB" -> number << 30;
            default -> number << 40;
        };
    }
}
