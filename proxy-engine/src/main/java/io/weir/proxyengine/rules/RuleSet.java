package io.weir.proxyengine.rules;

import java.util.List;

/**
 * Rules as somebody wrote them, in their order: the first that a request meets decides, and what meets none is allowed. Immutable; {@link Rules} is made
 * of it.
 */
public record RuleSet(List<Rule> rules) {
    /** No rules. */
    public static final RuleSet NONE = new RuleSet(List.of());

    /** Copies the list. */
    public RuleSet {
        rules = List.copyOf(rules);
    }
}
