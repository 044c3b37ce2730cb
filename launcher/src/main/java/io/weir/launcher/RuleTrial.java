package io.weir.launcher;

import io.weir.proxyengine.AskedUrl;
import io.weir.proxyengine.rules.Action;
import io.weir.proxyengine.rules.Action.Allow;
import io.weir.proxyengine.rules.Action.Refuse;
import io.weir.proxyengine.rules.Asked;
import io.weir.proxyengine.rules.Choice;
import io.weir.proxyengine.rules.CompiledRule;
import io.weir.proxyengine.rules.Rules;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that somebody could make, to be tried on rules. Immutable; nothing is looked up and nothing counted.
 *
 * @param user who the client has shown to be; empty for nobody
 * @param listener the name of the listener where it came in; empty if that is not said
 * @param address that the host's name stands for; null if that is not known
 * @param intercepted whether the tunnel is read, if a rule does not say so
 */
record RuleTrial(
        AskedUrl url,
        String method,
        String user,
        InetAddress client,
        String listener,
        @Nullable InetAddress address,
        boolean intercepted) {
    /**
     * What became of one question. Immutable.
     *
     * @param isOpen whether it depends on the address
     * @param isDefault whether no rule says anything
     * @param explanation a line for each rule up to the one that decides
     */
    record Step(CompiledRule rule, boolean isOpen, boolean isDefault, List<String> explanation) {
        boolean isRefused() {
            return rule.action() instanceof Refuse;
        }

        /** What the rule says, for people. */
        String action() {
            Action action = rule.action();
            if (action instanceof Refuse refuse) {
                return "refused with " + refuse.status() + " \"" + refuse.text() + "\"";
            }
            if (action instanceof Allow allow) {
                return "allowed"
                        + said("intercept", allow.intercept())
                        + said("capture", allow.capture())
                        + said("bandwidth", allow.bandwidthText())
                        + said("upstream", allow.upstream());
            }
            throw new IllegalStateException("an action that nobody explains: " + action);
        }

        private static String said(String what, String value) {
            return value.isEmpty() ? "" : ", " + what + "=" + value;
        }

        private static String said(String what, Choice choice) {
            return switch (choice) {
                case YES -> ", " + what + "=yes";
                case NO -> ", " + what + "=no";
                case UNSAID -> "";
            };
        }
    }

    /** What the rules say of it, and of the request in it if it is a tunnel that is read. */
    List<Step> on(Rules rules) {
        List<Step> steps = new ArrayList<>();
        Asked first = url.asked(method, user, client, listener);
        InetAddress known = address == null ? first.address() : address;
        Step step = step(rules, first, known);
        steps.add(step);
        boolean isRead = intercepted || (step.rule.action() instanceof Allow allow && allow.intercept() == Choice.YES);
        if (url.holdsRequest() && isRead && !step.isOpen && !step.isRefused()) {
            steps.add(step(rules, url.inside(method, user, client, listener), known));
        }
        return steps;
    }

    private static Step step(Rules rules, Asked asked, @Nullable InetAddress known) {
        int place = rules.find(asked, known, 0);
        return new Step(
                rules.at(place), rules.isOpen(place, known), place == rules.size(), rules.explain(asked, known));
    }
}
