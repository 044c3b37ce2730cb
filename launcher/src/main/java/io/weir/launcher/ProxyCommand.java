package io.weir.launcher;

import io.weir.aggregator.journal.JournalException;
import io.weir.eventbus.EventBus;
import io.weir.proxyengine.ListenerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
            "1:an address is taken, or the data folder cannot be used",
            "2:the journal cannot be opened",
            "64:wrong usage"
        })
final class ProxyCommand implements Callable<Integer> {
    /** Not a status: the node runs on its own threads and the process goes on. */
    static final int RUNNING = -1;

    private static final int FAILED = 1;
    private static final int JOURNAL_FAILED = 2;

    @Option(
            names = "--listen",
            paramLabel = "[KIND://]HOST:PORT",
            defaultValue = "127.0.0.1:8080",
            converter = ListenerConverter.class,
            description = {
                "Where clients connect; may be repeated. Port 0 takes a free one. KIND is http, https, socks5 or mixed;"
                        + " http if it is left out.",
                "Settings may follow, as in socks5://127.0.0.1:1080?name=office&proxy-protocol=10.0.0.0/8."
            })
    private List<ListenerConfig> listeners = List.of();

    @Mixin
    private GatewayOptions gateway = new GatewayOptions();

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            defaultValue = "./data",
            description = "What outlives the process: journal, token, certificate authority, bodies.")
    private Path data = Path.of("data");

    @Option(
            names = "--drain",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description = "How long open sessions may go on after a signal to stop.")
    private Duration drain = Duration.ofSeconds(5);

    @Option(
            names = "--allow-open",
            description = "Listen on addresses other than loopback although not every client needs a password.")
    private boolean allowOpen;

    @Mixin
    private AccessOptions access = new AccessOptions();

    @Option(
            names = "--rules",
            paramLabel = "FILE",
            description = {
                "What clients may ask for: lines of allow or refuse with conditions; the first that a request meets decides.",
                "A change counts within seconds. Try it with weir rules."
            })
    private @Nullable Path rules;

    @Mixin
    private InterceptOptions intercept = new InterceptOptions();

    @Option(
            names = "--ring-slots",
            paramLabel = "N",
            defaultValue = "" + EventBus.DEFAULT_SLOTS,
            description = "Slots between the event loops and the ledger; a power of two. For tests.",
            hidden = true)
    private int ringSlots = EventBus.DEFAULT_SLOTS;

    @Option(
            names = "--rehearse",
            description = "Answer two requests of its own and stop: so ./weir makes its archive of classes.",
            hidden = true)
    private boolean rehearse;

    /** Netty's name for how many allocations there are to one that it follows, to notice a buffer that is never released. */
    private static final String LEAK_SAMPLING = "io.netty.leakDetection.samplingInterval";

    /** Each one followed costs two stack traces and a weak reference. Netty's own 128 take an eighth of what a request costs. */
    private static final String ONE_IN = "16384";

    @Override
    public Integer call() {
        if (System.getProperty(LEAK_SAMPLING) == null) {
            System.setProperty(LEAK_SAMPLING, ONE_IN); // before the first of Netty's classes reads it
        }
        LogBridge logs = LogBridge.install();
        Node node;
        try {
            node = Node.start(
                    new NodeConfig(listeners, gateway, data, allowOpen, drain, ringSlots, intercept, access, rules),
                    logs.feed());
        } catch (JournalException e) {
            return failed(e, JOURNAL_FAILED);
        } catch (RuntimeException e) {
            return failed(e, FAILED);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node), "weir-stop"));
        Banner.print(System.out, node);
        if (rehearse) {
            Rehearsal.play(node);
            return 0;
        }
        return RUNNING;
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
