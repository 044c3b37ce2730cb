package io.weir.wsgateway;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.weir.aggregator.replay.Replay;
import io.weir.eventbus.LoopDelay;
import io.weir.wsgateway.metrics.GatewayFigures;
import io.weir.wsgateway.metrics.Meters;
import io.weir.wsgateway.metrics.NodeMetrics;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running gateway: a listener and one event loop, {@code weir-gateway}, which does all its work but reading files.
 * {@link #start} and {@link #close} belong to the composition root's thread.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final long STOP_SECONDS = 5;
    private static final Duration SNAPSHOT_PATIENCE = Duration.ofSeconds(5);

    private final EventLoopGroup group;
    private final Channel listener;
    private final Doorkeeper doorkeeper;
    private final ConnectionSetup connections;
    private final Subscriptions subscriptions;
    private final Workers workers;
    private final MetricsPage metrics;

    private Gateway(
            EventLoopGroup group,
            Channel listener,
            Doorkeeper doorkeeper,
            ConnectionSetup connections,
            Subscriptions subscriptions,
            Workers workers,
            MetricsPage metrics) {
        this.group = group;
        this.listener = listener;
        this.doorkeeper = doorkeeper;
        this.connections = connections;
        this.subscriptions = subscriptions;
        this.workers = workers;
        this.metrics = metrics;
    }

    /**
     * Starts to listen.
     *
     * @param controls what clients may have done to the node
     * @param node asked anew for each answer, on the event loop
     * @param figures asked anew for each answer, on any thread
     * @throws GatewayException if the address cannot be listened on, or must not be without TLS
     */
    public static Gateway start(
            GatewayConfig config,
            Ledger ledger,
            NodeControls controls,
            LogFeed logs,
            Supplier<NodeStatus> node,
            NodeMetrics figures) {
        return start(config, ledger, controls, logs, node, figures, GatewayLimits.DEFAULTS);
    }

    static Gateway start(
            GatewayConfig config,
            Ledger ledger,
            NodeControls controls,
            LogFeed logs,
            Supplier<NodeStatus> node,
            NodeMetrics figures,
            GatewayLimits limits) {
        return start(config, ledger, controls, logs, node, figures, limits, null);
    }

    /**
     * Starts to show a replay, whose owner is the caller.
     *
     * @param node asked anew for each answer, on the event loop
     * @throws GatewayException as the other does
     */
    public static Gateway start(GatewayConfig config, Replay replay, LogFeed logs, Supplier<NodeStatus> node) {
        return start(config, replay, logs, node, GatewayLimits.DEFAULTS);
    }

    static Gateway start(
            GatewayConfig config, Replay replay, LogFeed logs, Supplier<NodeStatus> node, GatewayLimits limits) {
        return start(
                config,
                new ReplayLedger(replay),
                NodeControls.of(new PastSessions()),
                logs,
                node,
                NodeMetrics.NONE,
                limits,
                replay);
    }

    private static Gateway start(
            GatewayConfig config,
            Ledger ledger,
            NodeControls controls,
            LogFeed logs,
            Supplier<NodeStatus> node,
            NodeMetrics figures,
            GatewayLimits limits,
            @Nullable Replay replay) {
        config.requireSafety();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, Gateway::thread, NioIoHandler.newFactory());
        EventLoop loop = group.next();
        Subscriptions subscriptions = new Subscriptions(loop, ledger, node, logs, limits);
        Workers workers = new Workers(config.bodies());
        Doorkeeper doorkeeper = new Doorkeeper(config);
        FreshSnapshots snapshots = new FreshSnapshots(ledger, SNAPSHOT_PATIENCE);
        MetricsPage metrics = new MetricsPage(
                loop,
                ledger,
                new Meters(node.get().version(), figures, LoopDelay.watch("gateway", loop)),
                () -> new GatewayFigures(
                        subscriptions.count(), subscriptions.pendingBytes(), doorkeeper.wrongTokens()));
        Routes routes = new Routes(
                config,
                doorkeeper,
                new HttpApi(config, ledger, snapshots, node),
                new SessionsApi(ledger, snapshots, workers.rows(), workers.history()),
                new ExchangesApi(ledger, snapshots, workers.history()),
                new PastApi(ledger, workers.history()),
                new UsageApi(ledger, snapshots),
                new CommandsApi(snapshots, workers.rows(), controls.sessions()),
                new ReplayApi(replay, snapshots),
                new ConfigApi(controls.config(), workers.config()),
                new RulesApi(controls.rules(), workers.rows()),
                workers.bodies(),
                metrics,
                new WebSocketUpgrade(ledger, controls.sessions(), subscriptions, limits));
        var connections = new ConnectionSetup(doorkeeper, routes, limits, config.tls());
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(connections);
        Gateway gateway = new Gateway(
                group,
                bind(bootstrap, group, config.listen()),
                doorkeeper,
                connections,
                subscriptions,
                workers,
                metrics);
        LOG.info("gateway listening address={} tls={}", Addresses.text(gateway.address()), config.tls() != null);
        return gateway;
    }

    /** Where it listens, with the port that was taken if none was asked for. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /**
     * Is reached by these further names from now on, instead of those of the configuration. Any thread.
     *
     * @param names each {@code host} or {@code host:port}; one that is neither is passed over
     */
    public void allow(List<String> names) {
        doorkeeper.allow(names);
    }

    /** Shows another certificate to those who connect from now on. Any thread. Void if it is reached without TLS, which takes a new start to change. */
    public void renew(GatewayTls tls) {
        if (doorkeeper.isTls()) {
            connections.renew(tls);
        }
    }

    /** Bytes that wait to be written to dashboards. Any thread; waits for the event loop. */
    long pendingBytes() {
        return group.next()
                .submit(subscriptions::pendingBytes)
                .syncUninterruptibly()
                .getNow();
    }

    /** Tells the dashboards, closes their connections and ends the thread; waits for that a few seconds at most. */
    @Override
    public void close() {
        listener.close().awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
        group.next()
                .submit(subscriptions::end)
                .awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS); // before the channels
        group.shutdownGracefully(100, TimeUnit.SECONDS.toMillis(STOP_SECONDS), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
        workers.close();
        metrics.close();
    }

    private static Channel bind(ServerBootstrap bootstrap, EventLoopGroup group, InetSocketAddress address) {
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        Throwable cause = bound.cause();
        if (cause != null) {
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
            throw new GatewayException(
                    "cannot listen on " + Addresses.text(address) + ": " + cause.getMessage()
                            + "; choose another with --gateway",
                    cause);
        }
        return bound.channel();
    }

    private static Thread thread(Runnable work) {
        Thread thread = new FastThreadLocalThread(work, "weir-gateway");
        thread.setDaemon(true);
        return thread;
    }
}
