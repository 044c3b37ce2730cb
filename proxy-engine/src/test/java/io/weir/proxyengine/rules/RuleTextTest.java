package io.weir.proxyengine.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.proxyengine.rules.Action.Allow;
import io.weir.proxyengine.rules.Action.Refuse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules as text: what is understood, and that each fault is named with its line and with what would do. */
class RuleTextTest {
    @TempDir
    Path folder;

    private Rules read(String text) throws Exception {
        Path file = folder.resolve("rules.txt");
        Files.writeString(file, text);
        return LiveRules.read(new RuleSource.OfFile(file), Abilities.ALL);
    }

    private List<String> faults(String text) {
        try {
            read(text);
            return List.of();
        } catch (RulesException e) {
            return e.faults().stream().map(Fault::toString).toList();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFileWithAMarkCommentsAndWindowsLineEndsIsRead() throws Exception {
        Rules rules = read(
                "\ufeff# ours\r\n\r\nrefuse host=.ads.example status=451 text=\"not \\\"here\\\"\" name=ads # why\r\n"
                        + "\tallow  user=anna,\"bert b\" port!=25,1-19 intercept=no capture=yes\r\nrefuse");

        assertThat(rules.all().stream().map(CompiledRule::name)).containsExactly("ads", "line 4", "line 5");
        assertThat(rules.at(0).action()).isEqualTo(new Refuse(451, "not \"here\""));
        assertThat(rules.at(1).action()).isEqualTo(new Allow(Choice.NO, Choice.YES, 0, ""));
        assertThat(rules.at(1).rule().conditions())
                .containsExactly(
                        new Condition(Subject.USER, false, List.of("anna", "bert b")),
                        new Condition(Subject.PORT, true, List.of("25", "1-19")));
        assertThat(rules.at(2).action()).isEqualTo(new Refuse(403, Refuse.TEXT));
    }

    @ParameterizedTest
    @CsvSource({
        "b\u00fccher.example, XN--bcher-KVA.example.",
        "B\u00dcCHER.example, xn--bcher-kva.example",
        ".b\u00fccher.example, www.xn--bcher-kva.example",
        "Example.COM., example.com",
        "[2001:DB8:0::1], 2001:db8::1",
        "2001:db8::1, [2001:DB8:0:0::1]",
        "127.0.0.1, [::ffff:127.0.0.1]",
        "_dns.example, _DNS.example",
        "*, a",
        "*.*, a.b",
        "/^a/, A.b"
    })
    void oneHostIsTheSameHoweverItIsWritten(String pattern, String host) throws Exception {
        Rules rules = read("refuse host=" + pattern);
        var asked = new Asked(Scheme.CONNECT, "CONNECT", host, 443, "", NaiveRules.inet("127.0.0.1"), "main");

        assertThat(rules.find(asked, null, 0)).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "example.com, example.com.evil.example",
        "example.com, www.example.com",
        ".example.com, badexample.com",
        "*.example.com, example.com",
        "*.ads.*, ads.example",
        "a*a, a",
        "127.0.0.1, 127.0.0.1.example",
        "/^a$/, a.b"
    })
    void anotherHostIsAnother(String pattern, String host) throws Exception {
        Rules rules = read("refuse host=" + pattern);
        var asked = new Asked(Scheme.CONNECT, "CONNECT", host, 443, "", NaiveRules.inet("127.0.0.1"), "main");

        assertThat(rules.find(asked, null, 0)).isEqualTo(1);
    }

    @Test
    void anExpressionMayHaveSpacesCommasAndSlashes() throws Exception {
        Rules rules = read("refuse host=/^a{1,3}\\/?[ #,]*b/,c.example");

        assertThat(rules.at(0).rule().conditions().get(0).values())
                .containsExactly("/^a{1,3}\\/?[ #,]*b/", "c.example");
    }

    @ParameterizedTest
    @CsvSource({
        "1KiB, 1024",
        "1024, 1024",
        "5000, 5000",
        "10MiB, 10485760",
        "'2 GiB', 2147483648",
        "1024GiB, 1099511627776"
    })
    void aBandwidthHasTheUnitsOfSizesAndIsReadAsItIsWritten(String text, long bytes) throws Exception {
        Rules rules = read("allow bandwidth=\"" + text + "\"");

        assertThat(rules.at(0).action()).isEqualTo(new Allow(Choice.UNSAID, Choice.UNSAID, bytes, ""));
        assertThat(read(rules.at(0).rule().toString()).at(0).action())
                .isEqualTo(rules.at(0).action());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1023", "1", "1KB", "1MiB/s", "2048GiB", "-1", "fast", "99999999999999", "1,2"})
    void whatIsNoBandwidthIsAFault(String text) {
        assertThat(faults("allow bandwidth=" + text)).singleElement().asString().startsWith("line 1: ");
        assertThat(faults("refuse bandwidth=1MiB"))
                .containsExactly(
                        "line 1: bandwidth does not go with refuse: allow takes intercept, capture, bandwidth and upstream,"
                                + " refuse takes status and text");
    }

    @Test
    void allFaultsAreNamedAtOnceWithLineAndValueAndWhatWouldDo() {
        List<String> faults = faults(String.join(
                "\n",
                "deny host=a.example",
                "refuse hots=a.example",
                "refuse host = a.example",
                "refuse host=a..b,-- ok",
                "refuse port=0,80-79,70000,http",
                "refuse address=10.0.0.1/8",
                "allow client=10.0.0.0/33",
                "refuse status=200",
                "refuse status=407",
                "allow status=403",
                "refuse intercept=no",
                "refuse scheme=ftp",
                "refuse method=\"G T\"",
                "refuse host=/(a/",
                "refuse host=list:missing",
                "refuse name=x",
                "refuse name=x",
                "refuse text=\"open",
                "refuse user=",
                "allow intercept=maybe",
                "refuse host=a.example host=b.example"));

        assertThat(faults.stream()
                        .map(each -> each.substring(0, each.indexOf(':')))
                        .distinct())
                .containsExactly(
                        "line 1", "line 2", "line 3", "line 4", "line 5", "line 6", "line 7", "line 8", "line 9",
                        "line 10", "line 11", "line 12", "line 13", "line 14", "line 15", "line 17", "line 18",
                        "line 19", "line 20", "line 21");
        assertThat(faults)
                .anyMatch(each -> each.startsWith("line 1: \"deny\" is no rule: a rule begins with allow or refuse"));
        assertThat(faults).anyMatch(each -> each.startsWith("line 5: \"80-79\" is no port: write 443, or 8000-8999"));
        assertThat(faults).anyMatch(each -> each.contains("has bits set behind its prefix"));
        assertThat(faults).anyMatch(each -> each.startsWith("line 15: list ") && each.endsWith("missing is not there"));
    }

    @Test
    void anExpressionThatCouldTakeLongIsRefusedBeforeItIsCompiled() {
        long start = System.nanoTime();
        for (String bomb : List.of(
                "((a{100}){100}){100}",
                "(((((a{10}){10}){10}){10}){10}){10}",
                "(".repeat(100) + "a?" + "){2}".repeat(24),
                "(((((((((((((((((((a?){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}",
                "a{0,1000}",
                "[a-z]".repeat(60),
                "(a|b)*".repeat(40))) {
            assertThat(faults("refuse host=/" + bomb + "/"))
                    .as(bomb)
                    .hasSize(1)
                    .allMatch(each -> each.contains("too large"));
        }
        assertThat(System.nanoTime() - start).isLessThan(2_000_000_000L);
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            many.append("refuse host=/").append("(a|b)*".repeat(8)).append("$/\n");
        }
        assertThat(faults(many.toString())).hasSize(1).allMatch(each -> each.startsWith("all expressions together"));
    }

    @Test
    void theLargestExpressionOnTheLongestHostIsSoonDone() throws Exception {
        Rules rules = read("refuse host=/(a*)*(a*)*(a?a?a?a?){5}a{20}(x+x+)+y$/");
        var asked =
                new Asked(Scheme.CONNECT, "CONNECT", "a".repeat(253), 443, "", NaiveRules.inet("127.0.0.1"), "main");
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            long start = System.nanoTime();
            assertThat(rules.find(asked, null, 0)).isEqualTo(1);
            best = Math.min(best, System.nanoTime() - start);
        }

        assertThat(best).isLessThan(50_000_000L);
    }

    @Test
    void garbageIsAFaultAndNeverAnythingElse() throws Exception {
        var random = new Random(7);
        String alphabet = "allow refuse host=,/\"\\*.!#[]:0123{}()\u00fc\u0000\u202e\n";
        for (int i = 0; i < 500; i++) {
            var text = new StringBuilder(random.nextBoolean() ? "refuse host=" : "");
            for (int n = random.nextInt(60); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThat(faults(text.toString())).noneMatch(each -> each.chars().anyMatch(Character::isISOControl));
        }
    }

    @Test
    void whatIsNoTextOrNoFileCannotBeRead() throws Exception {
        Path file = folder.resolve("latin1");
        Files.write(file, "refuse user=gr\u00fcn".getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> LiveRules.read(new RuleSource.OfFile(file), Abilities.ALL))
                .isInstanceOf(RulesException.class)
                .hasMessageEndingWith("latin1 is not UTF-8");
        assertThatThrownBy(() -> LiveRules.read(new RuleSource.OfFile(folder), Abilities.ALL))
                .isInstanceOf(RulesException.class)
                .hasMessageEndingWith("is no file");
    }

    @Test
    void aRuleThatAsksForWhatTheProxyCannotDoIsAFault() throws Exception {
        Path file = folder.resolve("rules.txt");
        Files.writeString(file, "allow intercept=yes capture=yes\nallow intercept=no capture=no");
        List<Fault> faults = new ArrayList<>();
        try {
            LiveRules.read(new RuleSource.OfFile(file), new Abilities(false, false));
        } catch (RulesException e) {
            faults.addAll(e.faults());
        }

        assertThat(faults.stream().map(Fault::line)).containsExactly(1, 1);
    }

    @Test
    void anUpstreamIsOneThatTheProxyHas() throws Exception {
        Path file = folder.resolve("rules.txt");
        Files.writeString(
                file, "allow host=a upstream=office\nallow host=b upstream=direct\nallow host=c upstream=elsewhere\n");
        var abilities = new Abilities(false, false, Set.of("office", "out"));
        List<Fault> faults = new ArrayList<>();
        try {
            LiveRules.read(new RuleSource.OfFile(file), abilities);
        } catch (RulesException e) {
            faults.addAll(e.faults());
        }

        assertThat(faults)
                .singleElement()
                .hasToString(
                        "line 3: upstream=\"elsewhere\" names no upstream or group of this proxy: it has office, out, and direct");
        assertThat(LiveRules.read(new RuleSource.OfFile(file), Abilities.ALL).all())
                .extracting(each -> each.rule().toString())
                .containsExactly(
                        "allow host=a upstream=office",
                        "allow host=b upstream=direct",
                        "allow host=c upstream=elsewhere");
    }

    @Test
    void whatIsRefusedGoesThroughNothing() {
        List<Fault> faults = new ArrayList<>();
        RuleText.parse("refuse upstream=a\nallow upstream=a,b\nallow upstream!=a", "line ", faults);

        assertThat(faults.stream().map(Fault::line)).containsExactly(1, 2, 3);
    }
}
