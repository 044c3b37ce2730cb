package io.weir.launcher;

import io.weir.aggregator.replay.Replay;
import io.weir.replaytool.ReplayCommand;
import io.weir.wsgateway.Gateway;
import io.weir.wsgateway.GatewayConfig;
import io.weir.wsgateway.GatewayException;
import io.weir.wsgateway.GatewayToken;
import io.weir.wsgateway.NodeStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * {@code weir replay --serve}: a gateway before a replay, and no proxy. Main thread, which waits until a signal stops the process.
 *
 * <p>It writes nothing: where there is no token it makes one for itself.
 */
final class ReplayServer implements ReplayCommand.Server {
    private static final Logger log = LoggerFactory.getLogger(ReplayServer.class);
    private static final String BESIDE_A_NODE = "127.0.0.1:9091";
    private static final int FAILED = 1;

    private final GatewayOptions options = new GatewayOptions();

    private ReplayServer() {}

    /** The command, with the options of a gateway. */
    static CommandLine command() {
        var server = new ReplayServer();
        return new CommandLine(new ReplayCommand(server))
                .addMixin("gateway", server.options)
                .setDefaultValueProvider(argument -> argument instanceof OptionSpec option
                                && option.longestName().equals("--gateway")
                        ? BESIDE_A_NODE
                        : null);
    }

    @Override
    public int serve(Path data, Replay replay, long countingSinceMillis) {
        LogBridge logs = LogBridge.install();
        long startedAtMillis = System.currentTimeMillis();
        Gateway gateway;
        GatewayConfig config;
        try {
            Path token = data.resolve("token");
            config = options.config(Files.exists(token) ? GatewayToken.loadOrCreate(token) : GatewayToken.random());
            if (Files.isDirectory(data.resolve("bodies"))) {
                config = config.withBodies(data.resolve("bodies"));
            }
            gateway = Gateway.start(
                    config,
                    replay,
                    logs.feed(),
                    () -> new NodeStatus(Version.text(), List.of(), countingSinceMillis, startedAtMillis, false));
        } catch (GatewayException | NodeException e) {
            log.debug("the replay did not start", e);
            replay.close();
            System.err.println("weir: " + e.getMessage());
            return FAILED;
        }
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(gateway, replay, stopped), "weir-stop"));
        print(replay, config, gateway);
        awaitStop(stopped); // all other threads end with this one
        return ProxyCommand.RUNNING;
    }

    private static void awaitStop(CountDownLatch stopped) {
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void stop(Gateway gateway, Replay replay, CountDownLatch stopped) {
        gateway.close();
        replay.close();
        LogBridge.flush();
        stopped.countDown();
    }

    private static void print(Replay replay, GatewayConfig config, Gateway gateway) {
        var range = replay.state().range();
        System.out.println("Weir " + Version.text() + " replays events " + Text.number(range.first()) + " to "
                + Text.number(range.last()) + " of " + replay.health().journalFolder());
        System.out.println();
        System.out.println("  dashboard  " + (config.tls() == null ? "http://" : "https://")
                + Text.address(gateway.address()) + "/?token=" + config.token().value());
        System.out.println("  stop       Ctrl-C");
        System.out.println();
        System.out.flush();
    }
}
