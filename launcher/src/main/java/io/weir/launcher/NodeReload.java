package io.weir.launcher;

import io.weir.aggregator.Aggregator;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.launcher.config.ConfigException;
import io.weir.launcher.config.ConfigKeeper;
import io.weir.launcher.config.LogKeys;
import io.weir.launcher.config.NodeSettings;
import io.weir.launcher.config.Settings;
import io.weir.proxyengine.EngineException;
import io.weir.proxyengine.ProxyEngine;
import io.weir.proxyengine.overload.OverloadMonitor;
import io.weir.proxyengine.rules.LiveRules;
import io.weir.proxyengine.rules.Rules;
import io.weir.wsgateway.Gateway;

/** Has the parts of a node go by other settings. The configuration's thread. */
final class NodeReload implements ConfigKeeper.Node {
    private final Aggregator aggregator;
    private final ProxyEngine engine;
    private final Gateway gateway;
    private final OverloadMonitor overload;
    private final int roomForConnections;

    NodeReload(
            Aggregator aggregator,
            ProxyEngine engine,
            Gateway gateway,
            OverloadMonitor overload,
            int roomForConnections) {
        this.aggregator = aggregator;
        this.engine = engine;
        this.gateway = gateway;
        this.overload = overload;
        this.roomForConnections = roomForConnections;
    }

    /** By what the ledger knows them; empty if there are none. */
    static String digest(Rules rules) {
        return rules.size() == 0 ? "" : rules.digest();
    }

    /** What is said of them to people. */
    static String shown(Rules rules) {
        return rules.size() + " rules, " + rules.lists() + " lists";
    }

    @Override
    public ConfigKeeper.Ready prepare(Settings settings) {
        var config = new NodeSettings(settings, roomForConnections);
        try {
            return new Ready(settings, config, engine.prepareRules(config.rules(), config.upstreams()));
        } catch (EngineException e) {
            throw new ConfigException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Settings whose rules were read. */
    private final class Ready implements ConfigKeeper.Ready {
        private final Settings settings;
        private final NodeSettings config;
        private final LiveRules.Ready rules;

        Ready(Settings settings, NodeSettings config, LiveRules.Ready rules) {
            this.settings = settings;
            this.config = config;
            this.rules = rules;
        }

        @Override
        public String rulesDigest() {
            return digest(rules.rules());
        }

        @Override
        public void apply(ConfigChanged change) {
            engine.reconfigure(config.live(), rules, change);
            aggregator.quotas(config.quotas());
            overload.limits(config.overload());
            gateway.allow(config.gatewayNames());
            LogLevels.configure(settings.get(LogKeys.LEVEL));
        }
    }
}
