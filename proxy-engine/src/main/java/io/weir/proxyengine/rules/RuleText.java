package io.weir.proxyengine.rules;

import io.weir.proxyengine.rules.Action.Allow;
import io.weir.proxyengine.rules.Action.Refuse;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Rules as lines of text. Stateless.
 *
 * <pre>
 * line    = ["allow" | "refuse"] { key ("=" | "!=") value { "," value } } ["#" anything]
 * value   = word | '"' anything, \" and \\ '"' | "/" expression, \/ "/"
 * key     = host address port scheme method user client listener      conditions
 *           name status text intercept capture bandwidth upstream     the rest, with "=" and one value
 * </pre>
 */
final class RuleText {
    private static final int RULES_MAX = 10_000;
    private static final String KEYS =
            "host, address, port, scheme, method, user, client, listener, name, status, text, intercept, capture, bandwidth or upstream";
    private static final Set<String> SETTINGS =
            Set.of("name", "status", "text", "intercept", "capture", "bandwidth", "upstream");

    private RuleText() {}

    /**
     * Reads all lines; what is wrong is added to {@code faults}, and the rule of such a line is left out.
     *
     * @param word that stands before the number of its line in the name of a rule that has none
     */
    static RuleSet parse(String text, String word, List<Fault> faults) {
        List<Rule> rules = new ArrayList<>();
        String[] lines = (text.startsWith("\ufeff") ? text.substring(1) : text).split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].endsWith("\r") ? lines[i].substring(0, lines[i].length() - 1) : lines[i];
            List<String> wrong = new ArrayList<>();
            Line read = new Line(i + 1, word, wrong);
            read.take(new RuleTokens(line, wrong));
            if (wrong.isEmpty() && !read.isEmpty()) {
                rules.add(read.rule());
            }
            for (String each : wrong) {
                faults.add(new Fault(i + 1, each));
            }
        }
        if (rules.size() > RULES_MAX) {
            faults.add(new Fault(0, rules.size() + " rules: there may be " + RULES_MAX));
        }
        return new RuleSet(rules);
    }

    /** A value such that it is read as what it is. */
    static String quoted(String value) {
        boolean isExpression = value.length() > 1 && value.startsWith("/") && value.endsWith("/");
        boolean isPlain =
                !value.isEmpty() && value.chars().noneMatch(c -> c <= ' ' || c == ',' || c == '"' || c == '#');
        return isPlain || isExpression
                ? value
                : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** One line on its way to a rule. */
    private static final class Line {
        private final int number;
        private final String word;
        private final List<String> wrong;
        private final List<Condition> conditions = new ArrayList<>();
        private final Set<Subject> seen = EnumSet.noneOf(Subject.class);
        private final Map<String, String> settings = new TreeMap<>();
        private String verb = "";

        Line(int number, String word, List<String> wrong) {
            this.number = number;
            this.word = word;
            this.wrong = wrong;
        }

        boolean isEmpty() {
            return verb.isEmpty();
        }

        void take(RuleTokens tokens) {
            if (!tokens.hasNext()) {
                return;
            }
            verb = tokens.word();
            if (!verb.equals("allow") && !verb.equals("refuse")) {
                wrong.add(Fault.shown(verb) + " is no rule: a rule begins with allow or refuse");
                return;
            }
            while (wrong.isEmpty() && tokens.hasNext()) {
                pair(tokens);
            }
            for (String key : settings.keySet()) {
                boolean belongs = key.equals("name")
                        || (verb.equals("refuse") ? key.equals("status") || key.equals("text") : isOfAllow(key));
                if (!belongs) {
                    wrong.add(key + " does not go with " + verb
                            + ": allow takes intercept, capture, bandwidth and upstream, refuse takes status and text");
                }
            }
            if (wrong.isEmpty()) {
                wrong.addAll(action().faults());
            }
        }

        private static boolean isOfAllow(String key) {
            return key.equals("intercept")
                    || key.equals("capture")
                    || key.equals("bandwidth")
                    || key.equals("upstream");
        }

        private void pair(RuleTokens tokens) {
            RuleTokens.Pair pair = tokens.pair();
            if (pair == null) {
                return;
            }
            Subject subject = Subject.of(pair.key());
            if (subject != null) {
                if (!pair.negated() && !seen.add(subject)) {
                    wrong.add(pair.key() + " is there twice: all conditions must hold; for one of several values write "
                            + pair.key() + "=a,b");
                }
                conditions.add(new Condition(subject, pair.negated(), pair.values()));
            } else if (SETTINGS.contains(pair.key())) {
                setting(pair);
            } else {
                wrong.add(Fault.shown(pair.key()) + " is nothing that a rule has: it is one of " + KEYS);
            }
        }

        private void setting(RuleTokens.Pair pair) {
            if (pair.negated() || pair.values().size() != 1) {
                wrong.add(pair.key() + " takes one value, as in " + pair.key() + "=" + example(pair.key()));
                return;
            }
            String value = pair.values().get(0);
            if (settings.put(pair.key(), value) != null) {
                wrong.add(pair.key() + " is there twice");
            }
            boolean isRight = switch (pair.key()) {
                case "name" -> Rule.isName(value);
                case "status" -> value.matches("[0-9]{3}");
                case "text" -> true; // the action tells
                case "bandwidth" -> RateText.parse(value) > 0;
                case "upstream" -> Rule.isName(value); // which there are, the proxy knows
                default -> value.equals("yes") || value.equals("no");
            };
            if (!isRight) {
                wrong.add(Fault.shown(value) + " is no " + pair.key() + ": " + expected(pair.key()));
            }
        }

        private static String example(String key) {
            return switch (key) {
                case "name" -> "ads";
                case "status" -> "451";
                case "text" -> "\"not from here\"";
                case "bandwidth" -> "1MiB";
                case "upstream" -> Allow.DIRECT;
                default -> "yes";
            };
        }

        private static String expected(String key) {
            return switch (key) {
                case "name" -> Rule.NAME_EXPECTED;
                case "status" -> "a status is 400 to 599";
                case "bandwidth" -> RateText.EXPECTED;
                case "upstream" -> Rule.NAME_EXPECTED;
                default -> "say yes or no";
            };
        }

        private Action action() {
            if (verb.equals("refuse")) {
                return new Refuse(
                        Integer.parseInt(settings.getOrDefault("status", "" + Refuse.STATUS)),
                        settings.getOrDefault("text", Refuse.TEXT));
            }
            return new Allow(
                    choice("intercept"),
                    choice("capture"),
                    RateText.parse(settings.getOrDefault("bandwidth", "")),
                    settings.getOrDefault("upstream", ""));
        }

        private Choice choice(String key) {
            return switch (settings.getOrDefault(key, "")) {
                case "yes" -> Choice.YES;
                case "no" -> Choice.NO;
                default -> Choice.UNSAID;
            };
        }

        Rule rule() {
            return new Rule(settings.getOrDefault("name", word + number), number, conditions, action());
        }
    }
}
