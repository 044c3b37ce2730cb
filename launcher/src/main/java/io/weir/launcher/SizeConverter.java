package io.weir.launcher;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number of bytes with its unit: {@code 512}, {@code 64KiB}, {@code 10MiB}, {@code 1GiB}. */
final class SizeConverter implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(KiB|MiB|GiB)?");

    @Override
    public Long convert(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new TypeConversionException("'" + text + "' is no size: a number and KiB, MiB or GiB, such as 10MiB");
        }
        long number = Long.parseLong(form.group(1));
        String unit = form.group(2);
        if (unit == null) {
            return number;
        }
        return switch (unit) {
            case "KiB" -> number << 10;
            case "MiB" -> number << 20;
            default -> number << 30;
        };
    }
}
