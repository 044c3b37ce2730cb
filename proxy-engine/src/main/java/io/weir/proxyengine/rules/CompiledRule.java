package io.weir.proxyengine.rules;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** A rule in force, and how often it has decided. Any thread. */
public final class CompiledRule {
    /** Stands behind all others. */
    static final CompiledRule DEFAULT =
            new CompiledRule(new Rule("default", 0, List.of(), Action.Allow.PLAIN), List.of(), new LongAdder());

    private final Rule rule;
    private final CompiledTest[] tests; // as the conditions
    private final boolean[] negated;
    private final boolean asksAddress;
    private final LongAdder hits;

    CompiledRule(Rule rule, List<CompiledTest> tests, LongAdder hits) {
        this.rule = rule;
        this.tests = tests.toArray(new CompiledTest[0]);
        negated = new boolean[tests.size()];
        for (int i = 0; i < negated.length; i++) {
            negated[i] = rule.conditions().get(i).negated();
        }
        asksAddress = rule.conditions().stream().anyMatch(each -> each.subject() == Subject.ADDRESS);
        this.hits = hits;
    }

    /** What people and the ledger call it. */
    public String name() {
        return rule.name();
    }

    /** What becomes of a request that meets it. */
    public Action action() {
        return rule.action();
    }

    /** As it was written. */
    public Rule rule() {
        return rule;
    }

    /** Counts a request that it has decided. */
    public void count() {
        hits.increment();
    }

    /** How often it has decided, since it is in force. */
    public long hits() {
        return hits.sum();
    }

    LongAdder counter() {
        return hits;
    }

    boolean asksAddress() {
        return asksAddress;
    }

    /** Whether all conditions hold; one of an address that is not known is passed over. */
    boolean matches(Asked asked, @Nullable InetAddress address) {
        return fails(asked, address) < 0;
    }

    /** The first condition that does not hold, for people; empty if all do. */
    String failing(Asked asked, @Nullable InetAddress address) {
        int failing = fails(asked, address);
        return failing < 0 ? "" : asked.shown(rule.conditions().get(failing).subject(), address);
    }

    private int fails(Asked asked, @Nullable InetAddress address) {
        for (int i = 0; i < tests.length; i++) {
            boolean isOpen = address == null && tests[i] instanceof CompiledTest.Address;
            if (!isOpen && tests[i].matches(asked, address) == negated[i]) {
                return i;
            }
        }
        return -1;
    }
}
