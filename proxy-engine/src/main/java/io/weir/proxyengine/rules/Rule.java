package io.weir.proxyengine.rules;

import io.weir.proxyengine.rules.Action.Allow;
import io.weir.proxyengine.rules.Action.Refuse;
import java.util.List;
import java.util.Locale;

/**
 * One rule, as it was written. Immutable.
 *
 * @param name what people and the ledger call it
 * @param line where it stands in its file; 0 if in none
 * @param conditions all of which must hold
 */
public record Rule(String name, int line, List<Condition> conditions, Action action) {
    private static final int NAME_MAX = 64;

    /** What a name is. */
    static final String NAME_EXPECTED = "a name has 1 to " + NAME_MAX + " characters";

    /** Copies the list. */
    public Rule {
        conditions = List.copyOf(conditions);
    }

    static boolean isName(String name) {
        return !name.isBlank() && name.length() <= NAME_MAX && name.chars().noneMatch(Character::isISOControl);
    }

    /** Whether it is the same rule, wherever it stands. */
    boolean isSame(Rule other) {
        return name.equals(other.name) && conditions.equals(other.conditions) && action.equals(other.action);
    }

    /** As a rules file could have it, without its name. */
    @Override
    public String toString() {
        var text = new StringBuilder(action instanceof Refuse ? "refuse" : "allow");
        conditions.forEach(each -> text.append(' ').append(each));
        if (action instanceof Refuse refuse) {
            append(text, "status", refuse.status() == Refuse.STATUS ? "" : Integer.toString(refuse.status()));
            append(text, "text", refuse.text().equals(Refuse.TEXT) ? "" : refuse.text());
        } else if (action instanceof Allow allow) {
            append(text, "intercept", word(allow.intercept()));
            append(text, "capture", word(allow.capture()));
            append(text, "bandwidth", allow.bandwidthText());
            append(text, "upstream", allow.upstream());
        }
        return text.toString();
    }

    private static String word(Choice choice) {
        return choice == Choice.UNSAID ? "" : choice.name().toLowerCase(Locale.ROOT);
    }

    private static void append(StringBuilder text, String key, String value) {
        if (!value.isEmpty()) {
            text.append(' ').append(key).append('=').append(RuleText.quoted(value));
        }
    }
}
