package io.weir.launcher.config;

import java.util.Collection;
import java.util.Optional;

/** Guesses which word somebody meant who wrote another. Any thread. */
final class Suggestion {
    private static final int MAX_CHARS = 64;

    private Suggestion() {}

    /** The word that is nearest, if one is near. */
    static Optional<String> of(String written, Collection<String> words) {
        if (written.length() > MAX_CHARS) {
            return Optional.empty();
        }
        int limit = Math.max(1, written.length() / 3);
        String best = null;
        int bestDistance = limit + 1;
        for (String word : words) {
            int distance = distance(written, word);
            if (distance < bestDistance) {
                bestDistance = distance;
                best = word;
            }
        }
        return Optional.ofNullable(best);
    }

    /** How many characters must be put in, taken out or replaced. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
