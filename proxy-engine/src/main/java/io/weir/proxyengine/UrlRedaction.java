package io.weir.proxyengine;

import static io.weir.proxyengine.Redaction.REDACTED;

import java.nio.charset.StandardCharsets;

/**
 * Takes user information and the values of secret parameters out of URLs. Immutable; any thread.
 *
 * <p>A parameter may stand in the query, in the fragment (OAuth's implicit grant) and behind a semicolon in the path ({@code ;jsessionid=}). It is
 * known by its name, percent-decoded, or by a part of it ({@code user[password]}). A value that is a URL itself, encoded, goes as a whole if
 * there is a secret in it.
 *
 * <p>The value of a secret ends at {@code &} or {@code #}, and at a semicolon only if a name and an equals sign follow; in a path also at a slash.
 */
final class UrlRedaction {
    /** URLs in values of URLs, so deep. */
    private static final int DEPTH_MAX = 3;

    private final SecretNames names;

    UrlRedaction(SecretNames names) {
        this.names = names;
    }

    /** A text that is one URL, or a part of one. */
    String redact(String url) {
        return parameters(UserInformation.cutFromUrl(url), 0);
    }

    /** A text in which there may be URLs, such as a Link field. */
    String redactWithin(String text) {
        if (text.indexOf('?') < 0 && !text.contains("//") && text.indexOf('=') < 0) {
            return text;
        }
        var result = new StringBuilder(text.length());
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i > from && i < text.length() && text.charAt(i) == '"' && text.charAt(i - 1) == '=') {
                int close = text.indexOf('"', i + 1);
                i = close < 0 ? text.length() - 1 : close; // a value in quotes belongs to its name
            } else if (i == text.length() || isDelimiter(text.charAt(i))) {
                String word = text.substring(from, i);
                result.append(parameters(UserInformation.cutWithin(word), 0));
                if (i < text.length()) {
                    result.append(text.charAt(i));
                }
                from = i + 1;
            }
        }
        return result.toString();
    }

    private static boolean isDelimiter(char c) {
        return c <= ' ' || c == '<' || c == '>' || c == '"' || c == '\'' || c == ',' || c == '(' || c == ')';
    }

    private String parameters(String url, int depth) {
        StringBuilder result = null;
        int copied = 0;
        boolean path = true;
        int i = 0;
        while (i < url.length()) {
            char c = url.charAt(i++);
            path &= c != '?' && c != '#';
            boolean mayStart = c == '?' || c == '#' || c == '&' || c == ';';
            if (!mayStart && i > 1) {
                continue;
            }
            int start = mayStart ? i : 0;
            int equals = endOfName(url, start);
            if (equals < 0 || (!mayStart && !isBareName(url, equals))) {
                continue;
            }
            boolean secret = isSecret(url.substring(start, equals));
            int end = secret ? endOfValue(url, equals + 1, path && mayStart) : endOfPlainValue(url, equals + 1);
            if (secret || hidesSecret(url, equals + 1, end, depth)) {
                result = result == null ? new StringBuilder(url.length()) : result;
                result.append(url, copied, equals + 1).append(REDACTED);
                copied = end;
                i = end;
            }
        }
        return result == null ? url : result.append(url, copied, url.length()).toString();
    }

    /** The equals sign that ends the name; -1 if there is no name. */
    private static int endOfName(String url, int from) {
        for (int i = from; i < url.length(); i++) {
            char c = url.charAt(i);
            if (c == '=') {
                return i > from ? i : -1;
            }
            if (c == '&' || c == ';' || c == '?' || c == '#') {
                return -1;
            }
        }
        return -1;
    }

    /** Whether a name stands at the start, as in a query without its question mark: it looks like no path and no scheme. */
    private static boolean isBareName(String url, int end) {
        for (int i = 0; i < end; i++) {
            if (url.charAt(i) == '/' || url.charAt(i) == ':') {
                return false;
            }
        }
        return true;
    }

    private static int endOfValue(String url, int from, boolean path) {
        for (int i = from; i < url.length(); i++) {
            char c = url.charAt(i);
            boolean ends = c == '&' || c == '#' || (c == ';' && endOfName(url, i + 1) >= 0);
            if (ends || (path && (c == '/' || c == '?'))) {
                return i;
            }
        }
        return url.length();
    }

    private static int endOfPlainValue(String url, int from) {
        int end = from;
        while (end < url.length() && "&;?#".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    private boolean isSecret(String encodedName) {
        String name = decoded(encodedName.replace('+', ' '));
        int from = 0;
        for (int i = 0; i <= name.length(); i++) {
            if (i == name.length() || "[].: /".indexOf(name.charAt(i)) >= 0) {
                if (i > from && names.has(name.substring(from, i))) {
                    return true;
                }
                from = i + 1;
            }
        }
        return false;
    }

    /** Whether the value, decoded, has a secret in it. */
    private boolean hidesSecret(String url, int from, int to, int depth) {
        int percent = url.indexOf('%', from);
        if (depth == DEPTH_MAX || percent < 0 || percent >= to) {
            return false;
        }
        String value = decoded(url.substring(from, to));
        String safe = parameters(UserInformation.cutWithin(value), depth + 1);
        return !safe.equals(value) || hidesSecret(value, 0, value.length(), depth + 1);
    }

    private static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            int high = bytes[i] == '%' && i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
            if (low < 0) {
                bytes[length++] = bytes[i];
            } else {
                bytes[length++] = (byte) (high << 4 | low);
                i += 2;
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
