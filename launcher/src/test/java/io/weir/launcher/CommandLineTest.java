package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** What the {@code weir} command says and how it exits, as far as nothing has to run for it. */
class CommandLineTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int weir(String... arguments) {
        String[] all = Main.withCommand(arguments);
        return WeirCommand.commands(all[0])
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all);
    }

    @Test
    void helpNamesEveryCommand() {
        assertThat(weir("--help")).isZero();
        assertThat(out.toString())
                .contains(
                        "proxy", "audit", "state", "replay", "diff", "export", "journal", "ca", "user", "version",
                        "curl -x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"proxy", "audit", "state", "replay", "diff", "export", "journal", "ca", "user", "version"})
    void eachCommandHelps(String command) {
        assertThat(weir(command, "--help")).isZero();
        assertThat(out.toString()).contains("Usage: weir " + command);
    }

    @Test
    void withoutACommandTheProxyIsMeant() {
        assertThat(Main.withCommand(new String[0])).containsExactly("proxy");
        assertThat(Main.withCommand(new String[] {"--data", "x"})).containsExactly("proxy", "--data", "x");
        assertThat(Main.withCommand(new String[] {"audit"})).containsExactly("audit");
        assertThat(Main.withCommand(new String[] {"--version"})).containsExactly("--version");
    }

    @Test
    void aReplayStandsBesideANodeAndGoesThroughNoProxyUnlessTold() {
        var replay = WeirCommand.commands("replay")
                .parseArgs("replay", "--send")
                .subcommand()
                .commandSpec();

        assertThat(replay.findOption("--gateway").<Object>getValue()).hasToString("/127.0.0.1:9091");
        assertThat(replay.findOption("--through").<Object>getValue()).isNull();
        assertThat(replay.findOption("--listen").<Object>getValue()).isEqualTo("127.0.0.1:9092");
    }

    @Test
    void aWrongOptionIsWrongUsage() {
        assertThat(weir("--no-such-option")).isEqualTo(64);
        assertThat(weir("audit", "--no-such-option")).isEqualTo(64);
        assertThat(weir("no-such-command")).isEqualTo(64);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:99999", "127.0.0.1:-1", "127.0.0.1", ":8080", "::1:8080", "127.0.0.1:http", ""})
    void anAddressThatIsNoneIsWrongUsage(String address) {
        assertThat(weir("proxy", "--listen", address)).isEqualTo(64);
        assertThat(err.toString()).contains("--listen");
    }

    @Test
    void addressesAreReadInThreeForms() {
        var converter = new SocketAddressConverter();

        assertThat(converter.convert("8080").getPort()).isEqualTo(8080);
        assertThat(converter.convert("8080").getAddress().isLoopbackAddress()).isTrue();
        assertThat(converter.convert("[::1]:80").getAddress().isLoopbackAddress())
                .isTrue();
        assertThat(converter.convert("0.0.0.0:0").getAddress().isAnyLocalAddress())
                .isTrue();
    }

    @Test
    void timesCarryTheirUnit() {
        var converter = new DurationConverter();

        assertThat(converter.convert("250ms")).isEqualTo(Duration.ofMillis(250));
        assertThat(converter.convert("5m")).isEqualTo(Duration.ofMinutes(5));
        assertThatThrownBy(() -> converter.convert("5")).isInstanceOf(TypeConversionException.class);
    }
}
