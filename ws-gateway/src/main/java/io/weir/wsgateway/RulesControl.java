package io.weir.wsgateway;

import java.util.List;

/** Shows the node's rules, of whose meaning the gateway knows nothing, and tries them. Called on threads of the gateway's. */
public interface RulesControl {
    /** Of what has no rules, such as a replay. */
    RulesControl NONE = new RulesControl() {
        @Override
        public List<Rule> rules() {
            throw new IllegalStateException("there are no rules");
        }

        @Override
        public List<Verdict> test(Question question) {
            throw new IllegalStateException("there are no rules");
        }
    };

    /**
     * A rule in force. Immutable.
     *
     * @param text as it was written, without its name
     * @param hits how often it has decided since it is in force
     */
    record Rule(String name, String text, long hits) {}

    /**
     * A request that somebody could make. Immutable; texts are empty where nothing was said.
     *
     * @param url what is asked for
     * @param method of the request
     * @param user who the client has shown to be
     * @param client its address
     * @param listener the name of the listener where it came in
     * @param address that the host's name stands for
     * @param intercepted whether the tunnel is read
     */
    record Question(
            String url,
            String method,
            String user,
            String client,
            String listener,
            String address,
            boolean intercepted) {}

    /**
     * What becomes of it. Immutable.
     *
     * @param asked what was asked about: {@code request}, {@code tunnel}, or {@code inside}: the request in a tunnel that is read
     * @param decision {@code allowed} or {@code refused}; {@code open} if that depends on the address
     * @param rule the name of the rule that decides
     * @param action what it says, for people
     * @param explanation a line for each rule up to that one, why it does or does not
     */
    record Verdict(String asked, String decision, String rule, String action, List<String> explanation) {
        /** Copies the list. */
        public Verdict {
            explanation = List.copyOf(explanation);
        }
    }

    /** Those in force, in their order. */
    List<Rule> rules();

    /**
     * Asks the rules in force; nothing is looked up and nothing counted.
     *
     * @return one, and another if the tunnel is allowed and read
     * @throws IllegalArgumentException if the question is none, saying why
     */
    List<Verdict> test(Question question);
}
