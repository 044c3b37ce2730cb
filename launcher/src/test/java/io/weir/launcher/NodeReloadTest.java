package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.aggregator.Aggregator;
import io.weir.aggregator.AggregatorConfig;
import io.weir.eventbus.EventBus;
import io.weir.launcher.config.ConfigFile;
import io.weir.launcher.config.ConfigKeeper;
import io.weir.launcher.config.Configuration;
import io.weir.launcher.config.NodeSettings;
import io.weir.proxyengine.EngineConfig;
import io.weir.proxyengine.ProxyEngine;
import io.weir.proxyengine.overload.OverloadLimits;
import io.weir.proxyengine.overload.OverloadMonitor;
import io.weir.proxyengine.rules.CompiledRule;
import io.weir.proxyengine.rules.LiveRules;
import io.weir.proxyengine.upstream.UpstreamStatus;
import io.weir.wsgateway.ConfigControl.Accepted;
import io.weir.wsgateway.ConfigControl.Outcome;
import io.weir.wsgateway.ConfigControl.Refused;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All that a configuration names is read before any of it is in force or written, and again by a SIGHUP. A real engine and a real journal. */
class NodeReloadTest {
    @TempDir
    Path folder;

    private final EventBus bus = EventBus.create(64);
    private final List<AutoCloseable> open = new ArrayList<>();
    private Path file;
    private Path secret;
    private Path rulesFile;
    private ConfigKeeper keeper;
    private ProxyEngine engine;
    private NodeReload reload;

    @BeforeEach
    void begin() throws IOException {
        secret = Files.writeString(folder.resolve("secret"), "anna:one");
        rulesFile = Files.writeString(folder.resolve("rules"), "allow name=first\n");
        file = Files.writeString(folder.resolve("w.yaml"), configuration(""));
        Configuration configuration = Configuration.load(ConfigFile.named(file), Map.of());
        var settings = new NodeSettings(configuration.settings(), 100);
        Aggregator aggregator = Aggregator.open(
                bus,
                AggregatorConfig.defaults(folder.resolve("journal"), "test").withFreeSpaceFloorBytes(0));
        LiveRules rules = EngineConfig.openRules(settings.rules(), null, settings.upstreams());
        keeper = new ConfigKeeper(configuration, aggregator.recoveredConfig(), NodeReload.digest(rules.current()));
        engine = ProxyEngine.start(
                settings.engine("test").eventLoops(2).drain(Duration.ZERO).build(), bus, rules);
        OverloadMonitor overload = OverloadMonitor.start(List.of(), OverloadLimits.NONE, engine::overload);
        reload = new NodeReload(aggregator, engine, new NoGateway(), overload, 100);
        keeper.serve(reload);
        open.addAll(List.of(overload, engine, aggregator));
        rules.onChange(read -> reload.rulesRead(read, keeper));
    }

    /** Nobody watches. */
    private static final class NoGateway implements NodeReload.Front {
        @Override
        public InetSocketAddress address() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        }

        @Override
        public void allow(List<String> names) {}

        @Override
        public void follow(NodeSettings settings) {}

        @Override
        public void refresh() {}
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private String configuration(String more) {
        return "proxy:\n  listen: '127.0.0.1:0'\n  rules: " + rulesFile + "\n" + more;
    }

    private String withUpstream(String query) {
        return configuration("  upstreams: ['next=http://127.0.0.1:9?check=1d" + query + "']\n");
    }

    private Outcome put(String yaml) {
        return keeper.replace(yaml.getBytes(StandardCharsets.UTF_8), tag -> true, "192.0.2.1:5");
    }

    private List<String> upstreams() {
        return engine.upstreams().stream().map(UpstreamStatus::name).toList();
    }

    private String journal() throws Exception {
        var ended = WeirProcess.run("journal", "cat", "--data", folder.toString());
        assertThat(ended.status()).as(ended.err()).isZero();
        return ended.out();
    }

    @Test
    void aFileOfAnUpstreamThatGoesBadAfterItWasCheckedIsARefusalThatNamesTheKeyAndNothingIsWritten() throws Exception {
        keeper.serve(settings -> {
            delete(secret); // it has been checked a moment ago
            return reload.prepare(settings);
        });

        Outcome outcome = put(withUpstream("&credentials=" + secret));

        assertThat(outcome).isInstanceOf(Refused.class);
        assertThat(((Refused) outcome).faults()).singleElement().satisfies(fault -> {
            assertThat(fault.key()).isEqualTo("proxy.upstreams");
            assertThat(fault.problem()).contains("the credentials file", "of upstream next is not there");
        });
        assertThat(Files.readString(file)).isEqualTo(configuration(""));
        assertThat(upstreams()).isEmpty();
        long version = keeper.version();
        Files.writeString(secret, "anna:one");
        Files.writeString(file, withUpstream("&credentials=" + secret));
        keeper.reload("sighup");
        assertThat(keeper.version()).isEqualTo(version);
        assertThat(upstreams()).isEmpty();
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatIsAcceptedIsInForceWhenTheAnswerComes() {
        assertThat(put(withUpstream("&credentials=" + secret))).isInstanceOf(Accepted.class);

        assertThat(upstreams()).containsExactly("next");
    }

    @Test
    void aSighupReadsTheFilesOfUpstreamsAgainAndIsAVersionOnlyIfTheyHaveSomethingElse() throws Exception {
        put(withUpstream("&credentials=" + secret));
        long version = keeper.version();
        keeper.reload("sighup");
        assertThat(keeper.version()).isEqualTo(version);

        Files.writeString(secret, "anna:hunter2");
        keeper.reload("sighup");
        assertThat(keeper.version()).isEqualTo(version + 1);
        Files.writeString(secret, "hunter2");
        keeper.reload("sighup");
        assertThat(keeper.version()).isEqualTo(version + 1);

        end();
        open.clear();
        assertThat(journal())
                .contains("by=\\\"sighup\\\" read again: upstream next")
                .doesNotContain("hunter2");
    }

    @Test
    void rulesAreInForceWhenTheirVersionIsAndAsTheyWereRead() throws Exception {
        long version = keeper.version();

        Path next = Files.writeString(folder.resolve("next"), "allow name=second\n");
        Files.move(next, rulesFile, StandardCopyOption.REPLACE_EXISTING);

        await().atMost(Duration.ofSeconds(20)).until(() -> keeper.version() == version + 1);
        assertThat(engine.rules()).extracting(CompiledRule::name).containsExactly("second");
    }
}
