package io.weir.launcher;

import io.weir.aggregator.journal.JournalException;
import io.weir.launcher.config.ConfigException;
import io.weir.launcher.config.ConfigFile;
import io.weir.launcher.config.ConfigReader;
import io.weir.launcher.config.Configuration;
import io.weir.launcher.config.Fault;
import io.weir.launcher.config.Key;
import io.weir.launcher.config.Keys;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weir proxy}: starts a node and leaves it running until a signal stops it. */
@Command(
        name = "proxy",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeOnInvalidInput = 64,
        sortOptions = false,
        showDefaultValues = true,
        description = {
            "Runs the proxy, its journal, and the gateway with the dashboard.",
            "Stop it with Ctrl-C or SIGTERM: it drains, and closes every session in the journal."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "1:the configuration has faults, an address is taken, or the data folder cannot be used",
            "2:the journal cannot be opened",
            "64:wrong usage"
        })
final class ProxyCommand implements Callable<Integer> {
    /** Not a status: the node runs on its own threads and the process goes on. */
    static final int RUNNING = -1;

    private static final int FAILED = 1;
    private static final int JOURNAL_FAILED = 2;

    @Spec
    private @Nullable CommandSpec command;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = {
                "YAML file with any of these settings and more; what is given here comes before it.",
                "Without this option, weir.yaml in the data folder if it is there. weir config init writes an example."
            })
    private @Nullable Path config;

    @Option(
            names = "--rehearse",
            description = "Answer two requests of its own and stop: so ./weir makes its archive of classes.",
            hidden = true)
    private boolean rehearse;

    /** Netty's name for how many allocations there are to one that it follows, to notice a buffer that is never released. */
    private static final String LEAK_SAMPLING = "io.netty.leakDetection.samplingInterval";

    /** Each one followed costs two stack traces and a weak reference. Netty's own 128 take an eighth of what a request costs. */
    private static final String ONE_IN = "16384";

    /** The command, with an option for each key that has one. */
    static CommandLine command() {
        var command = new CommandLine(new ProxyCommand());
        ProxyOptions.addTo(command.getCommandSpec());
        return command;
    }

    @Override
    public Integer call() {
        CommandSpec spec = Objects.requireNonNull(command, "picocli sets it");
        Map<Key<?>, List<String>> options =
                ProxyOptions.given(spec.commandLine().getParseResult());
        List<Fault> faults = ConfigReader.optionFaults(options);
        if (!faults.isEmpty()) {
            throw new ParameterException(spec.commandLine(), ConfigException.lines("", faults));
        }
        if (System.getProperty(LEAK_SAMPLING) == null) {
            System.setProperty(LEAK_SAMPLING, ONE_IN); // before the first of Netty's classes reads it
        }
        LogBridge logs = LogBridge.install();
        Node node;
        try {
            node = Node.start(Configuration.load(file(options), options), logs.feed());
        } catch (JournalException e) {
            return failed(e, JOURNAL_FAILED);
        } catch (RuntimeException e) {
            return failed(e, FAILED);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node), "weir-stop"));
        StopSignals.serve(node::hurry);
        Banner.print(System.out, node);
        if (rehearse) {
            Rehearsal.play(node);
            return 0;
        }
        return RUNNING;
    }

    private ConfigFile file(Map<Key<?>, List<String>> options) {
        Path named = config;
        if (named != null) {
            return ConfigFile.named(named);
        }
        List<String> data = options.getOrDefault(Keys.DATA, Keys.DATA.defaults());
        return ConfigFile.inData(Path.of(data.get(0)));
    }

    private static void stop(Node node) {
        System.err.println("weir: stopping, " + Text.number(node.connections()) + " clients connected");
        node.close();
        LogBridge.flush();
        System.err.println(
                "weir: stopped at sequence " + Text.number(node.health().sequence()));
    }

    private static int failed(RuntimeException e, int status) {
        Logger log = LoggerFactory.getLogger(ProxyCommand.class);
        log.debug("the node did not start", e);
        System.err.println("weir: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
        return status;
    }
}
