package io.weir.proxyengine.rules;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Hosts by a pattern in which {@code *} stands for any characters, dots and none included. Immutable.
 *
 * <p>The pieces between the stars are looked for from the left, each behind the one before: if they are found at all, they are found so. That costs the
 * product of two lengths at most, of which neither is above 253.
 */
final class HostGlob {
    private final List<String> pieces;

    private HostGlob(List<String> pieces) {
        this.pieces = pieces;
    }

    /** Reads one; null if no host can be such. */
    static @Nullable HostGlob parse(String text) {
        String pattern = text.toLowerCase(Locale.ROOT);
        boolean isOne = pattern.length() <= HostName.NAME_MAX
                && pattern.chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z')
                                || (c >= '0' && c <= '9')
                                || c == '-'
                                || c == '_'
                                || c == '.'
                                || c == ':'
                                || c == '*')
                && !pattern.contains("..");
        return isOne ? new HostGlob(List.of(pattern.split("\\*", -1))) : null;
    }

    boolean matches(String host) {
        String first = pieces.get(0);
        String last = pieces.get(pieces.size() - 1);
        int end = host.length() - last.length();
        if (end < first.length() || !host.startsWith(first) || !host.endsWith(last)) {
            return false;
        }
        int at = first.length();
        for (int i = 1; i < pieces.size() - 1; i++) {
            int found = host.indexOf(pieces.get(i), at);
            if (found < 0 || found + pieces.get(i).length() > end) {
                return false;
            }
            at = found + pieces.get(i).length();
        }
        return true;
    }
}
