package io.weir.launcher;

import io.weir.aggregator.Aggregator;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.launcher.config.ConfigKeeper;
import io.weir.launcher.config.EntranceFault;
import io.weir.launcher.config.LogKeys;
import io.weir.launcher.config.NodeSettings;
import io.weir.launcher.config.Settings;
import io.weir.proxyengine.EngineException;
import io.weir.proxyengine.NewEntrance;
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
    private final GatewayCertificate certificate;
    private final OverloadMonitor overload;
    private final int roomForConnections;

    NodeReload(
            Aggregator aggregator,
            ProxyEngine engine,
            Gateway gateway,
            GatewayCertificate certificate,
            OverloadMonitor overload,
            int roomForConnections) {
        this.aggregator = aggregator;
        this.engine = engine;
        this.gateway = gateway;
        this.certificate = certificate;
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
            LiveRules.Ready rules = engine.prepareRules(config.rules(), config.upstreams());
            return new Ready(settings, config, rules, engine.prepareEntrance(config.entrance(gateway.address())));
        } catch (EngineException e) {
            throw EntranceFault.of(e);
        }
    }

    @Override
    public void refresh() {
        engine.refresh();
        certificate.refresh();
    }

    /** Settings whose rules were read. */
    private final class Ready implements ConfigKeeper.Ready {
        private final Settings settings;
        private final NodeSettings config;
        private final LiveRules.Ready rules;
        private final NewEntrance entrance;

        Ready(Settings settings, NodeSettings config, LiveRules.Ready rules, NewEntrance entrance) {
            this.settings = settings;
            this.config = config;
            this.rules = rules;
            this.entrance = entrance;
        }

        @Override
        public String rulesDigest() {
            return digest(rules.rules());
        }

        @Override
        public void apply(ConfigChanged change) {
            try (entrance) {
                engine.reconfigure(config.live(), rules, entrance, change);
            }
            aggregator.quotas(config.quotas());
            overload.limits(config.overload());
            gateway.allow(config.gatewayNames());
            certificate.follow(config);
            LogLevels.configure(settings.get(LogKeys.LEVEL));
        }

        @Override
        public void discard() {
            entrance.close();
        }
    }
}
