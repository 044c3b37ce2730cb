package io.weir.launcher;

import io.weir.aggregator.Aggregator;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.launcher.config.ConfigKeeper;
import io.weir.launcher.config.EngineFault;
import io.weir.launcher.config.LogKeys;
import io.weir.launcher.config.NodeSettings;
import io.weir.launcher.config.Settings;
import io.weir.proxyengine.EngineException;
import io.weir.proxyengine.PreparedConfig;
import io.weir.proxyengine.ProxyEngine;
import io.weir.proxyengine.overload.OverloadMonitor;
import io.weir.proxyengine.rules.LiveRules;
import io.weir.proxyengine.rules.Rules;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts other settings in force in a node that runs: reads all that they name first, has the change recorded, and only then do the parts go by them. Any thread but event
 * loops; the keeper lets in one at a time.
 */
final class NodeReload implements ConfigKeeper.Node {
    private static final Logger log = LoggerFactory.getLogger(NodeReload.class);
    private static final long IN_FORCE_SECONDS = 3;

    /** What of it is the gateway's. */
    interface Front {
        /** Where it listens, which no client may reach. */
        InetSocketAddress address();

        /** Is known by these further names from now on; does not wait. */
        void allow(List<String> names);

        /** Goes by other settings, whose files were found right a moment ago. */
        void follow(NodeSettings settings);

        /** Reads its files again. Those that cannot be used change nothing but the log. */
        void refresh();
    }

    private final Aggregator aggregator;
    private final ProxyEngine engine;
    private final Front gateway;
    private final OverloadMonitor overload;
    private final int room;

    /**
     * Makes it.
     *
     * @param room what {@code auto} means for client connections
     */
    NodeReload(Aggregator aggregator, ProxyEngine engine, Front gateway, OverloadMonitor overload, int room) {
        this.aggregator = aggregator;
        this.engine = engine;
        this.gateway = gateway;
        this.overload = overload;
        this.room = room;
    }

    /** Of the rules, for the ledger; empty if there are none. */
    static String digest(Rules rules) {
        return rules.size() == 0 ? "" : rules.digest();
    }

    /** Rules that were read because their files have changed: has the keeper put them in force. */
    void rulesRead(LiveRules.Ready read, ConfigKeeper keeper) {
        Rules rules = read.rules();
        keeper.rulesRead(
                digest(rules), rules.size() + " rules, " + rules.lists() + " lists", settings -> ready(settings, read));
    }

    private Optional<ConfigKeeper.Ready> ready(Settings inForce, LiveRules.Ready read) {
        return engine.prepareRules(new NodeSettings(inForce, room).live(), read).map(next -> new Change(inForce, next));
    }

    @Override
    public ConfigKeeper.Ready prepare(Settings settings) {
        var config = new NodeSettings(settings, room);
        try {
            return new Change(
                    settings, engine.prepare(config.live(), config.rules(), config.entrance(gateway.address())));
        } catch (EngineException e) {
            throw EngineFault.of(settings, e);
        }
    }

    @Override
    public void refresh() {
        engine.refresh();
        gateway.refresh();
    }

    /** Settings whose files were read. */
    private final class Change implements ConfigKeeper.Ready {
        private final Settings settings;
        private final PreparedConfig next;

        Change(Settings settings, PreparedConfig next) {
            this.settings = settings;
            this.next = next;
        }

        @Override
        public String rulesDigest() {
            return digest(next.rules());
        }

        @Override
        public List<String> otherFiles() {
            return next.otherUpstreams().stream()
                    .map(name -> "upstream " + name)
                    .toList();
        }

        @Override
        public void apply(ConfigChanged change) {
            var config = new NodeSettings(settings, room);
            aggregator.quotas(config.quotas(), change.version()); // which hold when that is journaled
            Future<Boolean> inForce = engine.reconfigure(next, change, () -> {
                overload.limits(config.overload());
                gateway.allow(config.gatewayNames());
            });
            await(inForce, change.version());
            gateway.follow(config);
            LogLevels.configure(settings.get(LogKeys.LEVEL));
        }

        @Override
        public void discard() {
            next.close();
        }

        /** Whoever asked is to have an answer, whatever the ledger and the loops do. */
        private static void await(Future<Boolean> inForce, long version) {
            try {
                inForce.get(IN_FORCE_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                log.warn(
                        "configuration is accepted, and in force when the ledger has room to record it version={}",
                        version);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        }
    }
}
