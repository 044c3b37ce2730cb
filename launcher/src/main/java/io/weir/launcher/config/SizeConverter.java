package io.weir.launcher.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number of bytes with its unit: {@code 512}, {@code 64KiB}, {@code 10MiB}, {@code 1GiB}; a space before the unit makes no difference. */
public final class SizeConverter implements ITypeConverter<Long> {
    static final Pattern FORM = Pattern.compile("(\\d{1,12})|(\\d{1,9}) ?(KiB|MiB|GiB)");

    @Override
    public Long convert(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new TypeConversionException("'" + text + "' is no size: a number and KiB, MiB or GiB, such as 10MiB");
        }
        String unit = form.group(3);
        if (unit == null) {
            return Long.parseLong(form.group(1));
        }
        long number = Long.parseLong(form.group(2));
        return switch (unit) {
            case "KiB" -> number << 10;
            case "MiB" -> number << 20;
            default -> number << 30;
        };
    }
}
