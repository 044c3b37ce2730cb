package io.weir.launcher.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.LedgerEvent.CheckpointConfig;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.wsgateway.ConfigControl.Accepted;
import io.weir.wsgateway.ConfigControl.Failed;
import io.weir.wsgateway.ConfigControl.Outcome;
import io.weir.wsgateway.ConfigControl.Refused;
import io.weir.wsgateway.ConfigControl.Stale;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change is taken whole or not at all, whoever makes it, and the ledger hears of each one. */
class ConfigKeeperTest {
    private static final CheckpointConfig NONE = new CheckpointConfig(0, "");

    @TempDir
    Path folder;

    private final List<ConfigChanged> changes = new ArrayList<>();
    private final List<Settings> applied = new ArrayList<>();
    private Path file;

    @BeforeEach
    void begin() throws IOException {
        file = Files.writeString(folder.resolve("w.yaml"), "timeouts:\n  connect: 5s\n");
    }

    private ConfigKeeper keeper() {
        return keeper(NONE, Map.of());
    }

    private ConfigKeeper keeper(CheckpointConfig last, Map<Key<?>, List<String>> options) {
        var keeper = new ConfigKeeper(Configuration.load(ConfigFile.named(file), options), last, "");
        keeper.serve(settings -> new ConfigKeeper.Ready() {
            @Override
            public String rulesDigest() {
                return "";
            }

            @Override
            public void apply(ConfigChanged change) {
                applied.add(settings);
                changes.add(change);
            }
        });
        return keeper;
    }

    private static Outcome put(ConfigKeeper keeper, String tag, String yaml) {
        return keeper.replace(yaml.getBytes(StandardCharsets.UTF_8), tag::equals, "192.0.2.1:5");
    }

    @Test
    void theStartIsAnEventOnlyIfTheConfigurationIsAnotherThanBefore() throws IOException {
        ConfigChanged first = keeper().started().orElseThrow();
        assertThat(first.version()).isEqualTo(1);
        assertThat(first.summary()).isEqualTo("by=\"start\" besides the defaults: timeouts.connect 10s -> 5s");

        var last = new CheckpointConfig(41, first.digest());
        assertThat(keeper(last, Map.of()).started()).isEmpty();
        assertThat(keeper(last, Map.of()).version()).isEqualTo(41);

        Files.writeString(file, "timeouts: {connect: 6s}");
        assertThat(keeper(last, Map.of()).started().orElseThrow().version()).isEqualTo(42);
    }

    @Test
    void aReloadAppliesWhatItCanAndSaysWhatNeedsARestart() throws IOException {
        ConfigKeeper keeper = keeper();
        Files.writeString(file, "timeouts: {connect: 7s}\nproxy: {event-loops: 9}\n");

        keeper.reload("sighup");

        assertThat(changes).hasSize(1);
        assertThat(changes.get(0).version()).isEqualTo(2).isEqualTo(keeper.version());
        assertThat(changes.get(0).summary())
                .isEqualTo("by=\"sighup\" changed: timeouts.connect 5s -> 7s needs a restart: proxy.event-loops auto ->"
                        + " 9");
        assertThat(applied.get(0).get(TimeoutKeys.CONNECT)).isEqualTo(Duration.ofSeconds(7));
        assertThat(applied.get(0).texts(ProxyKeys.EVENT_LOOPS)).containsExactly("auto");
        assertThat(changes.get(0).digest()).isEqualTo(applied.get(0).digest());
        assertThat(keeper.state().pending()).containsExactly("proxy.event-loops");
        keeper.reload("sighup");
        assertThat(changes).as("nothing differs").hasSize(1);
    }

    @Test
    void aFaultyFileLeavesTheOldInForce() throws IOException {
        ConfigKeeper keeper = keeper();
        Files.writeString(file, "timeouts: {connect: 7s, head: never}\n");

        keeper.reload("file");
        Files.delete(file);
        keeper.reload("sighup");

        assertThat(changes).isEmpty();
        assertThat(keeper.version()).isEqualTo(1);
    }

    @Test
    void theCommandLineComesBeforeAChangeToo() throws IOException {
        ConfigKeeper keeper = keeper(NONE, Map.of(TimeoutKeys.DRAIN, List.of("1s")));
        Files.writeString(file, "timeouts: {connect: 7s, drain: 9s}\n");

        keeper.reload("file");

        assertThat(applied.get(0).get(TimeoutKeys.DRAIN)).isEqualTo(Duration.ofSeconds(1));
        assertThat(changes.get(0).summary()).doesNotContain("drain");
    }

    @Test
    void hostsAreAppliedAtOnceOnlyIfSomethingIsInterceptedAlready() throws IOException {
        ConfigKeeper keeper = keeper();
        Files.writeString(file, "intercept: {hosts: a.example}\n");
        keeper.reload("file");
        assertThat(applied.get(0).get(InterceptKeys.HOSTS)).isEmpty();
        assertThat(keeper.state().pending()).containsExactly("intercept.hosts");

        ConfigKeeper intercepting = keeper();
        Files.writeString(file, "intercept: {hosts: b.example}\n");
        intercepting.reload("file");
        assertThat(applied.get(1).get(InterceptKeys.HOSTS)).containsExactly("b.example");
        assertThat(intercepting.state().pending()).isEmpty();
    }

    @Test
    void aChangeByTheGatewayReplacesTheFileAsAWhole() throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        ConfigKeeper keeper = keeper();
        String yaml = "timeouts:\n  connect: 8s # eight\n";

        Outcome outcome = put(keeper, keeper.state().tag(), yaml);

        assertThat(outcome).isInstanceOf(Accepted.class);
        assertThat(Files.readString(file)).isEqualTo(yaml);
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactly(file);
        }
        assertThat(changes.get(0).summary()).contains("by=\"192.0.2.1:5\"", "timeouts.connect 5s -> 8s");
        assertThat(((Accepted) outcome).state()).isEqualTo(keeper.state());
    }

    @Test
    void whoKnowsAnOldOneIsTurnedAwayAlsoIfTheFileWasEditedByHand() throws IOException {
        ConfigKeeper keeper = keeper();
        String tag = keeper.state().tag();
        Files.writeString(file, Files.readString(file) + "# a comment\n");

        assertThat(put(keeper, tag, "{}")).isInstanceOf(Stale.class);
        assertThat(Files.readString(file)).contains("# a comment");
        assertThat(keeper.state().tag()).isNotEqualTo(tag);
    }

    @Test
    void ofManyWhoKnowTheSameOneOnlyOneIsHeard() throws Exception {
        ConfigKeeper keeper = keeper();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 20; round++) {
                String tag = keeper.state().tag();
                List<Callable<Outcome>> puts = new ArrayList<>();
                for (int i = 1; i <= 8; i++) {
                    String yaml = "timeouts: {connect: " + (100 + round * 10 + i) + "s}";
                    puts.add(() -> put(keeper, tag, yaml));
                }
                int accepted = 0;
                for (Future<Outcome> each : threads.invokeAll(puts)) {
                    assertThat(each.get()).isInstanceOfAny(Accepted.class, Stale.class);
                    accepted += each.get() instanceof Accepted ? 1 : 0;
                }
                assertThat(accepted).isEqualTo(1);
            }
        } finally {
            threads.shutdown();
        }
        assertThat(changes).hasSize(20);
        assertThat(changes).extracting(ConfigChanged::version).isSorted().doesNotHaveDuplicates();
        assertThat(Files.readString(file))
                .contains("connect: " + applied.get(19).get(TimeoutKeys.CONNECT).toSeconds() + "s");
    }

    @Test
    void aFaultyChangeByTheGatewayIsToldKeyByKeyAndTheFileStays() throws IOException {
        ConfigKeeper keeper = keeper();
        String before = Files.readString(file);

        Outcome outcome = put(keeper, keeper.state().tag(), "timeouts:\n  connect: soon\n  heat: 1s\n");

        assertThat(outcome).isInstanceOf(Refused.class);
        assertThat(((Refused) outcome).faults())
                .extracting(fault -> fault.key() + " " + fault.line() + ":" + fault.column() + " " + fault.found())
                .containsExactly("timeouts.connect 2:12 soon", "timeouts.heat 3:3 ");
        assertThat(Files.readString(file)).isEqualTo(before);
        assertThat(changes).isEmpty();
    }

    @Test
    void nothingIsTakenBeforeTheNodeServesAndAfterItStops() {
        ConfigKeeper keeper = keeper();
        keeper.stop();

        assertThat(put(keeper, keeper.state().tag(), "{}")).isInstanceOf(Failed.class);
    }

    @Test
    void aFileThatCannotBeWrittenIsSaid() throws IOException {
        ConfigKeeper keeper = keeper();
        String tag = keeper.state().tag();
        Path gone = Files.move(folder, folder.resolveSibling(folder.getFileName() + "-gone"));
        try {
            assertThat(keeper.replace("{}".getBytes(StandardCharsets.UTF_8), each -> true, "x"))
                    .isInstanceOf(Failed.class);
            assertThat(tag).isNotEmpty();
        } finally {
            Files.move(gone, folder);
        }
        assertThat(changes).isEmpty();
    }

    @Test
    void aSummaryIsBounded() throws IOException {
        ConfigKeeper keeper = keeper();
        Files.writeString(
                file,
                "gateway:\n  allow: [" + "name.example, ".repeat(9000) + "x]\nintercept:\n  hosts: ["
                        + "h.example, ".repeat(9000) + "x]\n");

        keeper.reload("file");

        assertThat(changes.get(0).summary()).hasSizeLessThan(2001);
    }
}
