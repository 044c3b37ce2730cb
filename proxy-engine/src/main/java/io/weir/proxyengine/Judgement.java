package io.weir.proxyengine;

import io.weir.proxyengine.rules.Asked;
import io.weir.proxyengine.rules.CompiledRule;
import io.weir.proxyengine.rules.Rules;
import io.weir.proxyengine.rules.Scheme;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What certain rules say of what certain callers ask for. Immutable, and the same whenever it is asked, so that who asks the same again need not ask the rules again.
 *
 * @param first place of the first rule that decides, or would if the address were right
 * @param dependsOnAddress whether that is a rule with a condition on the address, which is not known
 * @param isUnknown whether it would have to know an address, and will not
 */
record Judgement(
        Rules rules,
        Asked asked,
        Scheme scheme,
        String method,
        Authority authority,
        Caller caller,
        int first,
        boolean dependsOnAddress,
        boolean isUnknown) {

    /** Before anything is connected: the address is known if the host is one. */
    static Judgement of(Rules rules, Scheme scheme, String method, Authority authority, Caller caller) {
        Asked asked = asked(scheme, method, authority, caller);
        return of(rules, asked, scheme, method, authority, caller, asked.address(), false);
    }

    /**
     * Of what leads to a connection that stands.
     *
     * @param destination where it leads to; null if that is not known, and never will be
     */
    static Judgement settled(
            Rules rules,
            Scheme scheme,
            String method,
            Authority authority,
            Caller caller,
            @Nullable InetAddress destination) {
        Asked asked = asked(scheme, method, authority, caller);
        return of(rules, asked, scheme, method, authority, caller, destination, true);
    }

    private static Judgement of(
            Rules rules,
            Asked asked,
            Scheme scheme,
            String method,
            Authority authority,
            Caller caller,
            @Nullable InetAddress address,
            boolean isSettled) {
        int first = rules.find(asked, address, 0);
        boolean depends = rules.isOpen(first, address);
        return new Judgement(rules, asked, scheme, method, authority, caller, first, depends, depends && isSettled);
    }

    private static Asked asked(Scheme scheme, String method, Authority authority, Caller caller) {
        return new Asked(
                scheme,
                method,
                authority.host(),
                authority.port(),
                caller.user(),
                caller.address().getAddress(),
                caller.listener().name());
    }

    /** Whether it is what these rules say of that; a caller that is merely equal is not looked at. */
    @SuppressWarnings("ReferenceEquality") // rules that are read again are other rules, whatever they say
    boolean isOf(Rules inForce, Scheme asks, String verb, Authority host, Caller who) {
        return rules == inForce && scheme == asks && method.equals(verb) && authority.equals(host) && caller == who;
    }

    /** The rule that decides, or would if the address were right. */
    CompiledRule rule() {
        return rules.at(first);
    }

    /** The rule that decides if it leads to that address. */
    CompiledRule rule(InetAddress destination) {
        return rules.at(rules.find(asked, destination, first));
    }
}
