package io.weir.launcher.config;

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
        String open = text.indexOf('@') < 0 ? text : withoutUserInformation(text);
        String cut = open.length() <= SHOWN_CHARS ? open : open.substring(0, SHOWN_CHARS - 1) + "…";
        return cut.codePoints()
                .map(each -> Character.isISOControl(each) || Character.getType(each) == Character.FORMAT ? '?' : each)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** Of each word with a colon before its last at sign, only what comes behind that. In one pass: the text may be long and written to take time. */
    private static String withoutUserInformation(String text) {
        var shown = new StringBuilder();
        int from = 0;
        while (from < text.length()) {
            int to = from;
            while (to < text.length() && !Character.isWhitespace(text.charAt(to))) {
                to++;
            }
            String word = text.substring(from, to);
            int at = word.lastIndexOf('@');
            boolean isHidden = at >= 0 && word.lastIndexOf(':', at) >= 0;
            shown.append(isHidden ? "[not shown]" + word.substring(at) : word);
            while (to < text.length() && Character.isWhitespace(text.charAt(to))) {
                shown.append(text.charAt(to++));
            }
            from = to;
        }
        return shown.toString();
    }
}
