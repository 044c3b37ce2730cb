package io.weir.wsgateway;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.wsgateway.RulesControl.Question;
import io.weir.wsgateway.RulesControl.Rule;
import io.weir.wsgateway.RulesControl.Verdict;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** Shows the rules with how often each has decided, and says what they would decide. Event loop of the gateway; the rules are asked on another thread. */
final class RulesApi {
    private final RulesControl rules;
    private final Questions questions;
    private final RuleQuestionReader reader = new RuleQuestionReader(CommandsApi.MAX_BODY_BYTES);

    RulesApi(RulesControl rules, Questions questions) {
        this.rules = rules;
        this.questions = questions;
    }

    void send(Channel channel) {
        if (!isMissing(channel)) {
            questions.ask(channel, control -> {
                List<Rule> all = rules.rules();
                return Answer.ok(channel.alloc(), json -> write(json, all));
            });
        }
    }

    /** Answers what the rules say of the request that the body describes. */
    void test(Channel channel, byte[] body) throws BadQuestionException {
        if (isMissing(channel)) {
            return;
        }
        Question question = reader.read(body);
        questions.ask(channel, control -> {
            try {
                List<Verdict> verdicts = rules.test(question);
                return Answer.ok(channel.alloc(), json -> writeVerdicts(json, verdicts));
            } catch (IllegalArgumentException e) {
                return Answer.error(channel.alloc(), HttpResponseStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
            }
        });
    }

    private boolean isMissing(Channel channel) {
        if (rules.equals(RulesControl.NONE)) {
            Replies.refuse(channel, HttpResponseStatus.NOT_FOUND, "this is a replay and has no rules");
            return true;
        }
        return false;
    }

    private static void write(JsonGenerator json, List<Rule> all) {
        json.writeArrayPropertyStart("rules");
        for (Rule rule : all) {
            json.writeStartObject();
            json.writeStringProperty("name", rule.name());
            json.writeStringProperty("rule", rule.text());
            json.writeNumberProperty("hits", rule.hits());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeVerdicts(JsonGenerator json, List<Verdict> verdicts) {
        Verdict last = verdicts.get(verdicts.size() - 1);
        json.writeStringProperty("decision", last.decision());
        json.writeStringProperty("rule", last.rule());
        json.writeArrayPropertyStart("verdicts");
        for (Verdict verdict : verdicts) {
            json.writeStartObject();
            json.writeStringProperty("asked", verdict.asked());
            json.writeStringProperty("decision", verdict.decision());
            json.writeStringProperty("rule", verdict.rule());
            json.writeStringProperty("action", verdict.action());
            json.writeArrayPropertyStart("explanation");
            verdict.explanation().forEach(json::writeString);
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
