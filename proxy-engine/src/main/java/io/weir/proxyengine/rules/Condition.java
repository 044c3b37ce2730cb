package io.weir.proxyengine.rules;

import java.util.List;

/**
 * One condition of a rule, as it was written: it holds if one of the values does. Immutable; what the values may be is found out when rules are compiled.
 *
 * @param subject what it is about
 * @param negated whether it holds if none of the values does
 * @param values such as {@code .example.com}, {@code 10.0.0.0/8}, {@code 1-1023}, {@code list:ads.hosts}
 */
public record Condition(Subject subject, boolean negated, List<String> values) {
    /** Copies the list. */
    public Condition {
        values = List.copyOf(values);
    }

    @Override
    public String toString() {
        return subject.word()
                + (negated ? "!=" : "=")
                + String.join(",", values.stream().map(RuleText::quoted).toList());
    }
}
