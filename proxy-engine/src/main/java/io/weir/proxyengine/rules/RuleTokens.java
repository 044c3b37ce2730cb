package io.weir.proxyengine.rules;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes one line of {@link RuleText} apart. One thread. */
final class RuleTokens {
    /** {@code key=value,value}. */
    record Pair(String key, boolean negated, List<String> values) {}

    private final String line;
    private final List<String> wrong;
    private int at;

    RuleTokens(String line, List<String> wrong) {
        this.line = line;
        this.wrong = wrong;
    }

    /** Whether there is more than space and a comment. */
    boolean hasNext() {
        while (at < line.length() && isSpace(line.charAt(at))) {
            at++;
        }
        return at < line.length() && line.charAt(at) != '#';
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\u00a0';
    }

    /** Up to the next space. */
    String word() {
        int from = at;
        while (at < line.length() && !isSpace(line.charAt(at))) {
            at++;
        }
        return line.substring(from, at);
    }

    /** The next pair; null if there is none, and then it is said why. */
    @Nullable Pair pair() {
        int from = at;
        while (at < line.length() && Character.isLetter(line.charAt(at))) {
            at++;
        }
        String key = line.substring(from, at);
        boolean negated = at < line.length() && line.charAt(at) == '!';
        at += negated ? 1 : 0;
        if (key.isEmpty() || at >= line.length() || line.charAt(at) != '=') {
            at = from;
            wrong.add(Fault.shown(word())
                    + " is no condition: write it as host=.example.com or port!=443, without spaces");
            return null;
        }
        List<String> values = new ArrayList<>();
        do {
            at++; // the sign, or a comma
            String value = value(key);
            if (value == null) {
                return null;
            }
            values.add(value);
        } while (at < line.length() && line.charAt(at) == ',');
        if (at < line.length() && !isSpace(line.charAt(at))) {
            wrong.add("a space or a comma is missing before " + Fault.shown(line.substring(at)));
            return null;
        }
        return new Pair(key, negated, values);
    }

    private @Nullable String value(String key) {
        char first = at < line.length() ? line.charAt(at) : ' ';
        if (first == '"') {
            return quoted();
        }
        if (first == '/') {
            return expression();
        }
        int from = at;
        while (at < line.length() && !isSpace(line.charAt(at)) && line.charAt(at) != ',') {
            at++;
        }
        if (at == from) {
            wrong.add(key + " has a value that is empty: take the comma away, or write \"\" if nothing is meant");
            return null;
        }
        return line.substring(from, at);
    }

    private @Nullable String quoted() {
        var value = new StringBuilder();
        for (at++; at < line.length(); at++) {
            char c = line.charAt(at);
            if (c == '"') {
                at++;
                return value.toString();
            }
            if (c == '\\' && at + 1 < line.length() && (line.charAt(at + 1) == '"' || line.charAt(at + 1) == '\\')) {
                at++;
            }
            value.append(line.charAt(at));
        }
        wrong.add("a quotation mark is missing at the end");
        return null;
    }

    /** With its slashes. */
    private @Nullable String expression() {
        int from = at;
        for (at++; at < line.length(); at++) {
            char c = line.charAt(at);
            if (c == '\\') {
                at++;
            } else if (c == '/') {
                at++;
                return line.substring(from, at);
            }
        }
        at = Math.min(at, line.length());
        wrong.add("an expression ends with a slash, as in /^ads[0-9]+\\./");
        return null;
    }
}
