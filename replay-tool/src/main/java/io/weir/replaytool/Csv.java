package io.weir.replaytool;

/**
 * Writes rows of comma-separated values (RFC 4180, with LF). One thread.
 *
 * <p>Whatever came from the wire is harmless in it: as in {@link TerminalText}, so that a cell has neither line breaks nor control
 * characters; and a text that a spreadsheet would take for a formula gets a {@code '} before it. Numbers are numbers.
 */
final class Csv {
    private static final String FORMULA_BEGINS = "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20";

    private final StringBuilder row = new StringBuilder();
    private boolean isBegun;

    Csv text(String value) {
        return ascii(TerminalText.escape(value));
    }

    /** A text that is inert already, as JSON in ASCII is. */
    Csv ascii(String value) {
        next();
        String cell = guarded(value);
        boolean isPlain = cell.chars().allMatch(Csv::isPlain) && cell.equals(cell.strip());
        row.append(isPlain ? cell : '"' + cell.replace("\"", "\"\"") + '"');
        return this;
    }

    Csv texts(String... values) {
        for (String value : values) {
            text(value);
        }
        return this;
    }

    Csv number(long value) {
        next();
        row.append(value);
        return this;
    }

    Csv numbers(long... values) {
        for (long value : values) {
            number(value);
        }
        return this;
    }

    /** Nothing is known. */
    Csv none() {
        next();
        return this;
    }

    /** Answers the row with its end, and begins the next one. */
    String row() {
        String done = row.append('\n').toString();
        row.setLength(0);
        isBegun = false;
        return done;
    }

    private void next() {
        if (isBegun) {
            row.append(',');
        }
        isBegun = true;
    }

    private static String guarded(String cell) {
        return !cell.isEmpty() && FORMULA_BEGINS.indexOf(cell.charAt(0)) >= 0 ? "'" + cell : cell;
    }

    private static boolean isPlain(int c) {
        return c != ',' && c != '"' && c != ';';
    }
}
