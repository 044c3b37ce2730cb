package io.weir.launcher;

import io.weir.proxyengine.AskedUrl;
import io.weir.proxyengine.EngineException;
import io.weir.proxyengine.Network;
import io.weir.proxyengine.ProxyEngine;
import io.weir.proxyengine.rules.Scheme;
import io.weir.wsgateway.RulesControl;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shows the engine's rules to the gateway, once there is an engine. Any thread. */
final class EngineRules implements RulesControl {
    private static final String LOOPBACK = "127.0.0.1";

    private final NodeState state;

    EngineRules(NodeState state) {
        this.state = state;
    }

    @Override
    public List<Rule> rules() {
        @Nullable ProxyEngine running = state.engine();
        return running == null
                ? List.of()
                : running.rules().stream()
                        .map(each -> new Rule(each.name(), each.rule().toString(), each.hits()))
                        .toList();
    }

    @Override
    public List<Verdict> test(Question question) {
        @Nullable ProxyEngine running = state.engine();
        if (running == null) {
            throw new IllegalArgumentException("the node starts and has no rules yet");
        }
        RuleTrial trial = trial(question);
        List<Verdict> verdicts = new ArrayList<>();
        for (RuleTrial.Step step : trial.on(running.currentRules())) {
            String asked = !verdicts.isEmpty() ? "inside" : trial.url().scheme() == Scheme.HTTP ? "request" : "tunnel";
            String decision = step.isOpen() ? "open" : step.isRefused() ? "refused" : "allowed";
            verdicts.add(new Verdict(
                    asked, decision, step.rule().name(), step.isOpen() ? "" : step.action(), step.explanation()));
        }
        return verdicts;
    }

    private static RuleTrial trial(Question question) {
        try {
            return new RuleTrial(
                    AskedUrl.parse(question.url()),
                    question.method().isEmpty() ? "GET" : question.method(),
                    question.user(),
                    address("client", question.client().isEmpty() ? LOOPBACK : question.client()),
                    question.listener(),
                    question.address().isEmpty() ? null : address("address", question.address()),
                    question.intercepted());
        } catch (EngineException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static InetAddress address(String name, String text) {
        if (text.indexOf('/') >= 0) {
            throw new IllegalArgumentException("'" + name + "' is one address, not a network");
        }
        return Network.parse(text).address();
    }
}
