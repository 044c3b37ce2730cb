package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code weir rules} prints, and how it exits. */
class RulesCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @BeforeEach
    void writeRules() throws Exception {
        Files.writeString(folder.resolve("ads"), "ads.example\n10.9.0.0/16\n");
        Files.write(
                folder.resolve("rules"),
                List.of(
                        "allow user=anna host=.example.com name=anna",
                        "refuse host=list:ads status=451 text=\"no ads\"",
                        "refuse client=192.0.2.0/24 listener=guests method=POST",
                        "refuse scheme=https method=DELETE name=inside",
                        "refuse address=list:ads port=443 name=bad"));
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("rules"));
        all.addAll(List.of(arguments));
        return WeirCommand.commands("rules")
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(new String[0]));
    }

    private int test(String... arguments) {
        List<String> all = new ArrayList<>(
                List.of("test", "--rules", folder.resolve("rules").toString()));
        all.addAll(List.of(arguments));
        return run(all.toArray(new String[0]));
    }

    @Test
    void testExplainsEachRuleUpToTheOneThatDecides() {
        assertThat(test("http://www.ADS.example/x?y", "--user", "bert")).isEqualTo(1);

        assertThat(out.toString().lines())
                .containsExactly(
                        "anna: allow user=anna host=.example.com: no, the user is bert",
                        "line 2: refuse host=list:ads status=451 text=\"no ads\": yes",
                        "refused with 451 \"no ads\" by rule line 2");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void testSaysHowFastARuleLetsItGo() throws Exception {
        Files.writeString(folder.resolve("rules"), "allow host=a.example bandwidth=1024KiB intercept=no name=slow\n");
        assertThat(test("https://a.example/")).isZero();

        assertThat(out.toString().lines())
                .containsExactly(
                        "slow: allow host=a.example intercept=no bandwidth=1MiB: yes",
                        "allowed, intercept=no, bandwidth=1MiB by rule slow");
    }

    @ParameterizedTest
    @CsvSource({
        "0, http://example.com/",
        "0, https://www.example.com --user anna",
        "1, https://www.example.com --address 10.9.1.1",
        "0, https://www.example.com --address 10.8.1.1",
        "1, https://10.9.0.1/",
        "1, http://a.example --client 192.0.2.7 --listener guests --method POST",
        "0, http://a.example --client 192.0.3.7 --listener guests --method POST",
        "0, http://a.example --client 192.0.2.7 --method POST",
        "0, https://a.example --method DELETE --address 192.0.2.1",
        "1, https://a.example --method DELETE --address 192.0.2.1 --intercepted",
        "1, ads.example:25",
        "1, socks5://x.ads.example:25",
        "64, https://www.example.com",
        "64, ads.example",
        "64, ftp://ads.example/",
        "64, http://a..b/",
        "64, http://a.example --client 192.0.2.0/24",
        "64, http://a.example --client here",
        "64, http://a.example b"
    })
    void theStatusOfTestTellsWhetherTheRequestIsAllowed(int status, String arguments) {
        assertThat(test(arguments.split(" ", -1))).as(out + "\n" + err).isEqualTo(status);
    }

    @Test
    void checkCountsWhatThereIs() {
        assertThat(run("check", folder.resolve("rules").toString())).isZero();

        assertThat(out.toString()).startsWith("5 rules, 1 lists of 1 names and 1 networks in ");
    }

    @Test
    void checkPrintsAllFaultsWithTheirLines() throws Exception {
        Path file = folder.resolve("faulty");
        Files.writeString(file, "refuse hots=a\nallow\nrefuse port=x,y\n");

        assertThat(run("check", file.toString())).isEqualTo(1);

        assertThat(err.toString().lines().map(line -> line.substring(0, line.indexOf(": \""))))
                .containsExactly(file + ": line 1", file + ": line 3", file + ": line 3");
        assertThat(run("test", "http://a.example/", "--rules", file.toString())).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"check nowhere", "test http://a.example/ --rules nowhere"})
    void aFileThatIsNotThereCannotBeRead(String arguments) {
        assertThat(run(arguments.split(" ", -1))).isEqualTo(2);

        assertThat(err.toString()).contains("nowhere is not there");
    }

    @Test
    void withoutASubcommandTheUsageIsWrong() {
        assertThat(run()).isEqualTo(64);
    }

    @Test
    void testSaysWhichWayARequestGoes() throws Exception {
        Files.writeString(folder.resolve("rules"), "allow host=.onion upstream=tor name=hidden\n");

        assertThat(test("http://a.onion/")).isZero();

        assertThat(out.toString()).contains("allowed, upstream=tor by rule hidden");
    }
}
