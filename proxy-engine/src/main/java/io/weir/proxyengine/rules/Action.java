package io.weir.proxyengine.rules;

import java.util.ArrayList;
import java.util.List;

/** What becomes of a request that meets a rule. Immutable. */
public sealed interface Action {
    /** What is wrong with it, if anything. */
    List<String> faults();

    /**
     * The request is carried.
     *
     * @param intercept whether a tunnel is read
     * @param capture whether bodies are stored
     * @param bandwidth how fast each session may go, in bytes per second and direction; 0 if it does not say
     * @param upstream name of the upstream or group that it goes through; {@link #DIRECT} for none, empty if the options decide
     */
    record Allow(Choice intercept, Choice capture, long bandwidth, String upstream) implements Action {
        /** To the origin itself. */
        public static final String DIRECT = "direct";

        /** Carried, as the options of the proxy have it. */
        public static final Allow PLAIN = new Allow(Choice.UNSAID, Choice.UNSAID);

        /** The bandwidth as a rules file has it; empty if the rule does not say. */
        public String bandwidthText() {
            return RateText.text(bandwidth);
        }

        /** As fast and the way that the options have it. */
        public Allow(Choice intercept, Choice capture) {
            this(intercept, capture, 0, "");
        }

        @Override
        public List<String> faults() {
            return List.of();
        }
    }

    /**
     * The request is answered by the proxy.
     *
     * @param status of the answer
     * @param text that the client is shown
     */
    record Refuse(int status, String text) implements Action {
        /** The status if none is given. */
        public static final int STATUS = 403;

        /** The text if none is given. */
        public static final String TEXT = "refused by a rule of this proxy";

        private static final int TEXT_MAX = 1000;

        @Override
        public List<String> faults() {
            List<String> faults = new ArrayList<>();
            if (status < 400 || status > 599 || status == 407) {
                faults.add("status " + status
                        + " is no refusal: a status is 400 to 599, and not 407, which asks for a password");
            }
            if (text.isBlank() || text.length() > TEXT_MAX || text.chars().anyMatch(Character::isISOControl)) {
                faults.add("a text has 1 to " + TEXT_MAX + " characters, none of them a control character");
            }
            return faults;
        }
    }
}
