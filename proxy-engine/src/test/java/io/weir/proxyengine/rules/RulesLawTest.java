package io.weir.proxyengine.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.proxyengine.rules.NaiveRules.Facts;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compiled rules decide as their description says, on random rules and requests of few words, so that they meet. */
class RulesLawTest {
    private static final List<String> LABELS =
            List.of("a", "b", "ads", "www", "xn--bcher-kva", "x-1", "_s", "com", "net");
    private static final List<String> ADDRESSES = List.of(
            "10.0.0.1",
            "10.0.0.2",
            "10.1.0.1",
            "192.0.2.7",
            "255.255.255.255",
            "0.0.0.0",
            "127.255.255.255",
            "128.0.0.0",
            "2001:db8::1",
            "2001:db8:8000::",
            "::1",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "7fff::",
            "8000::");
    private static final List<String> NETWORKS = List.of(
            "10.0.0.0/8",
            "10.0.0.0/31",
            "10.0.0.1",
            "0.0.0.0/0",
            "128.0.0.0/1",
            "0.0.0.0/1",
            "192.0.2.0/24",
            "255.255.255.255/32",
            "2001:db8::/32",
            "2001:db8::/33",
            "::/0",
            "8000::/1",
            "::1",
            "7fff::/16");

    @TempDir
    Path folder;

    private Random random = new Random(0);

    private String any(List<String> words) {
        return words.get(random.nextInt(words.size()));
    }

    private String name(int labelsMax) {
        List<String> labels = new ArrayList<>();
        for (int i = random.nextInt(labelsMax) + 1; i > 0; i--) {
            labels.add(any(LABELS));
        }
        return String.join(".", labels);
    }

    private String hostPattern() {
        return switch (random.nextInt(8)) {
            case 0, 1 -> name(3);
            case 2 -> "." + name(2);
            case 3 -> "*." + name(2);
            case 4 -> "*." + any(LABELS) + ".*";
            case 5 -> List.of("*", "a*", "*m", "*a*b*", "www.*.com", "*.a*").get(random.nextInt(6));
            case 6 ->
                List.of("/^ads/", "/s\\.c/", "/^[ab]+\\.(com|net)$/", "/x-?1/", "/ADS/")
                        .get(random.nextInt(5));
            default -> any(List.of("10.0.0.1", "[2001:db8::1]", "2001:db8:0:0:0:0:0:1", "list:hosts", "list:mixed"));
        };
    }

    private String value(Subject subject) {
        return switch (subject) {
            case HOST -> hostPattern();
            case ADDRESS, CLIENT ->
                random.nextInt(6) == 0 ? any(List.of("list:networks", "list:mixed")) : any(NETWORKS);
            case PORT -> any(List.of("80", "443", "1-1023", "442-444", "8080-65535", "65535"));
            case SCHEME -> any(List.of("http", "connect", "socks", "https"));
            case METHOD -> any(List.of("GET", "POST", "CONNECT"));
            case USER -> any(List.of("", "anna", "bert"));
            case LISTENER -> any(List.of("office", "lab"));
        };
    }

    private Rule rule(int number) {
        List<Condition> conditions = new ArrayList<>();
        for (Subject subject : Subject.values()) {
            if (random.nextInt(5) == 0) {
                List<String> values = new ArrayList<>();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    values.add(value(subject));
                }
                conditions.add(new Condition(subject, random.nextInt(3) == 0, values));
            }
        }
        Action action = random.nextBoolean() ? Action.Allow.PLAIN : new Action.Refuse(403, "no");
        return new Rule("line " + number, number, conditions, action);
    }

    private void writeLists() throws Exception {
        List<String> hosts = new ArrayList<>();
        List<String> networks = new ArrayList<>();
        List<String> mixed = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            hosts.add("0.0.0.0 " + name(3) + ".com " + name(2) + ".net");
            networks.add(any(NETWORKS));
            mixed.add(random.nextBoolean() ? any(NETWORKS) : (random.nextBoolean() ? "*." : "") + name(3));
        }
        Files.write(folder.resolve("hosts"), hosts);
        Files.write(folder.resolve("networks"), networks);
        Files.write(folder.resolve("mixed"), mixed);
    }

    private Facts facts() {
        String host = random.nextInt(6) == 0
                ? any(List.of("10.0.0.1", "2001:db8::1", "[2001:DB8:0::1]", "::1"))
                : name(4) + (random.nextInt(4) == 0 ? "." : "");
        return new Facts(
                List.of(Scheme.values()).get(random.nextInt(4)),
                any(List.of("GET", "post", "CONNECT", "PUT")),
                random.nextInt(3) == 0 ? host.toUpperCase(java.util.Locale.ROOT) : host,
                List.of(80, 443, 444, 1023, 8080, 65535, 1).get(random.nextInt(7)),
                any(List.of("", "anna", "bert", "carl")),
                any(ADDRESSES),
                any(List.of("office", "lab", "hall")),
                any(ADDRESSES));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void compiledRulesDecideAsTheirDescriptionSaysBeforeAndAfterTheAddressIsKnown(long seed) throws Exception {
        random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            writeLists();
            List<Rule> rules = new ArrayList<>();
            for (int i = random.nextInt(12); i >= 0; i--) {
                rules.add(rule(rules.size() + 1));
            }
            var set = new RuleSet(rules);
            Rules compiled = LiveRules.read(new RuleSource.Given(set, folder), Abilities.ALL);
            var naive = new NaiveRules(set, folder);
            for (int i = 0; i < 100; i++) {
                Facts facts = facts();
                Rule expected = naive.decides(facts);
                int place = expected == null ? rules.size() : expected.line() - 1;
                Asked asked = facts.asked();
                InetAddress address = NaiveRules.inet(facts.address());

                assertThat(compiled.find(asked, address, 0))
                        .as("%s by %s", facts, set)
                        .isEqualTo(place);
                int first = compiled.find(asked, null, 0);
                int later = compiled.isOpen(first, null) ? compiled.find(asked, address, first) : first;
                assertThat(later).as("%s by %s, in two steps", facts, set).isEqualTo(place);
                assertThat(compiled.explain(asked, address)).hasSize(Math.min(place + 1, rules.size()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatARuleShowsIsReadAsTheSameRule(long seed) {
        random = new Random(seed);
        for (int i = 1; i <= 500; i++) {
            Rule rule = rule(1);
            boolean repeats = rule.conditions().stream()
                            .map(Condition::subject)
                            .distinct()
                            .count()
                    < rule.conditions().size();
            if (!repeats) {
                List<Fault> faults = new ArrayList<>();
                RuleSet read = RuleText.parse(rule.toString(), "line ", faults);
                assertThat(faults).as(rule.toString()).isEmpty();
                assertThat(read.rules()).containsExactly(rule);
            }
        }
    }
}
