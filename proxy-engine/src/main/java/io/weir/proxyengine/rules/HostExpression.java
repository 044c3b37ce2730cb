package io.weir.proxyengine.rules;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * Hosts by a regular expression of RE2, found anywhere in the host. Immutable.
 *
 * <p>RE2 never goes back, so its time is bounded by the product of the host's length, 253 at most, and the expression's size as compiled, which is bounded
 * here, for one and for all. A repetition with a count multiplies that size, so it is looked at before the expression is compiled.
 */
final class HostExpression {
    /** Of all expressions of a rule set; a look at the longest host then takes milliseconds at most. */
    static final int SIZE_ALL_MAX = 1000;

    private static final int SIZE_MAX = 200;
    private static final int CHARS_MAX = 200;
    private static final int NESTED_MAX = 20;

    private final Pattern pattern;

    private HostExpression(Pattern pattern) {
        this.pattern = pattern;
    }

    /**
     * Compiles one.
     *
     * @param text without slashes
     * @throws IllegalArgumentException saying what is wrong
     */
    static HostExpression compile(String text) {
        if (text.length() > CHARS_MAX
                || repetitions(text) > SIZE_MAX
                || text.chars().filter(c -> c == '(').count() > NESTED_MAX) {
            throw tooLarge();
        }
        Pattern pattern;
        try {
            pattern = Pattern.compile(text, Pattern.CASE_INSENSITIVE | Pattern.DISABLE_UNICODE_GROUPS);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("is no regular expression of RE2: " + e.getDescription(), e);
        }
        if (pattern.programSize() > SIZE_MAX) {
            throw tooLarge();
        }
        return new HostExpression(pattern);
    }

    private static IllegalArgumentException tooLarge() {
        return new IllegalArgumentException("is too large an expression: write several smaller ones, or a list");
    }

    /** How often something could stand for itself at most: the product of all counts, as if each were inside the others. */
    private static long repetitions(String text) {
        long product = 1;
        for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', open + 1)) {
            long count = 0;
            long largest = 1;
            for (int i = open + 1;
                    i < text.length() && (Character.isDigit(text.charAt(i)) || text.charAt(i) == ',');
                    i++) {
                count = text.charAt(i) == ',' ? 0 : Math.min(1 << 20, count * 10 + Character.digit(text.charAt(i), 10));
                largest = Math.max(largest, count);
            }
            product = Math.min(1 << 30, product * largest);
        }
        return product;
    }

    int size() {
        return pattern.programSize();
    }

    boolean matches(String host) {
        return pattern.matcher(host).find();
    }
}
