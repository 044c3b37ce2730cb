package io.weir.launcher.config;

import java.util.regex.Pattern;

/**
 * One thing that is wrong with a configuration. Immutable.
 *
 * @param key path of the key, such as {@code timeouts.connect}; empty if it is about the file
 * @param place where it stands; {@link Place#NONE} if it stands in no file
 * @param found the value that is there; empty if there is none, or if it is a secret
 * @param problem what is wrong, and what would do
 */
public record Fault(String key, Place place, String found, String problem) {
    private static final int SHOWN_CHARS = 200;
    private static final Pattern USER_INFORMATION = Pattern.compile("\\S*:\\S*@");

    /** Cuts what is long. */
    public Fault {
        found = shown(found);
    }

    /** One line, such as {@code 3:12 timeouts.connect: '10' is no time}. */
    @Override
    public String toString() {
        String at = place.line() == 0 ? "" : place.line() + ":" + place.column() + " ";
        return at + (key.isEmpty() ? "" : key + ": ") + problem;
    }

    /** Text as it may be shown: not too much of it, without what would move a cursor, and without a password in a URL, where none should be. */
    static String shown(String text) {
        String open =
                text.indexOf('@') < 0 ? text : USER_INFORMATION.matcher(text).replaceAll("[not shown]@");
        String cut = open.length() <= SHOWN_CHARS ? open : open.substring(0, SHOWN_CHARS - 1) + "…";
        return cut.codePoints()
                .map(each -> Character.isISOControl(each) || Character.getType(each) == Character.FORMAT ? '?' : each)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
