package io.weir.launcher.config;

import io.netty.util.NetUtil;
import io.weir.launcher.config.Types.Listener;
import io.weir.proxyengine.AccessConfig;
import io.weir.proxyengine.EngineException;
import io.weir.proxyengine.ListenerConfig;
import io.weir.proxyengine.rules.Abilities;
import io.weir.proxyengine.rules.LiveRules;
import io.weir.proxyengine.rules.RuleSource;
import io.weir.proxyengine.rules.RulesException;
import io.weir.proxyengine.tls.ClientName;
import io.weir.proxyengine.tls.OriginTls;
import io.weir.proxyengine.tls.TlsException;
import io.weir.proxyengine.upstream.Upstream;
import io.weir.proxyengine.upstream.Upstreams;
import io.weir.proxyengine.upstream.UpstreamsConfig;
import io.weir.wsgateway.GatewayException;
import io.weir.wsgateway.GatewayTls;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Checks what no key can be blamed for alone, and that the files that are named can be used. A fault is reported at the key that most
 * likely is to be changed. One thread; reads files.
 */
final class CrossChecks {
    private final Settings settings;
    private final Set<Key<?>> faulty;
    private final BiConsumer<Key<?>, String> faults;

    /** @param faulty keys whose value is not what the file says, so that nothing can be said of them */
    CrossChecks(Settings settings, Set<Key<?>> faulty, BiConsumer<Key<?>, String> faults) {
        this.settings = settings;
        this.faulty = faulty;
        this.faults = faults;
    }

    void check() {
        listeners();
        gateway();
        interception();
        users();
        upstreams();
        rules();
        limits();
    }

    /** What holds for users holds for nobody where nobody is asked who he is; no user has two quotas or bandwidths. */
    private void limits() {
        if (areRight(Keys.USERS, Keys.LISTEN) && settings.get(Keys.USERS).isEmpty() && !knowsUsersByCertificate()) {
            for (Key<?> key :
                    List.of(Keys.SESSIONS_PER_USER, Keys.QUOTA_DAY, Keys.QUOTA_MONTH, Keys.QUOTAS, Keys.BANDWIDTHS)) {
                if (areRight(key) && !settings.isDefault(key)) {
                    faults.accept(
                            key,
                            "holds for the users of proxy.users (--users), or of a listener with client-user, and there is none: say"
                                    + " both, or neither");
                }
            }
        }
        onceEach(Keys.QUOTAS, UserQuota::name);
        onceEach(Keys.BANDWIDTHS, UserBandwidth::name);
    }

    private <T> void onceEach(Key<List<T>> key, Function<T, String> name) {
        if (areRight(key)) {
            Set<String> names = new HashSet<>();
            for (T each : settings.get(key)) {
                if (!names.add(name.apply(each))) {
                    faults.accept(key, "the user " + name.apply(each) + " is there twice");
                }
            }
        }
    }

    private boolean knowsUsersByCertificate() {
        return settings.get(Keys.LISTEN).stream()
                .map(each -> each.config().tls())
                .anyMatch(tls -> tls != null && tls.clientUser() != ClientName.NONE);
    }

    private void upstreams() {
        if (!areRight(Keys.UPSTREAMS, Keys.UPSTREAM_GROUPS, Keys.UPSTREAM)) {
            return;
        }
        UpstreamsConfig upstreams = NodeSettings.upstreams(settings);
        upstreams.upstreamFaults().forEach(fault -> faults.accept(Keys.UPSTREAMS, fault));
        upstreams.groupFaults().forEach(fault -> faults.accept(Keys.UPSTREAM_GROUPS, fault));
        upstreams.routeFaults().forEach(fault -> faults.accept(Keys.UPSTREAM, fault));
        Upstream described = settings.get(Keys.UPSTREAM).upstream();
        for (Upstream each : upstreams.upstreams()) {
            Key<?> key = each.equals(described) ? Keys.UPSTREAM : Keys.UPSTREAMS;
            Upstreams.fileFaults(each).forEach(fault -> faults.accept(key, fault));
            if (areRight(Keys.LISTEN)
                    && settings.get(Keys.LISTEN).stream().anyMatch(listener -> isItself(listener.config(), each))) {
                faults.accept(key, "upstream " + each.name() + " is this proxy itself: " + each.address());
            }
        }
    }

    /** Whether an upstream is one of our listeners, as far as can be told without looking a name up. */
    private static boolean isItself(ListenerConfig listener, Upstream upstream) {
        if (listener.address().getPort() != upstream.port()) {
            return false;
        }
        String host = upstream.host().equals("localhost") ? "127.0.0.1" : upstream.host();
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
        InetAddress bound = listener.address().getAddress();
        return address != null && (address.equals(bound) || (bound.isAnyLocalAddress() && address.isLoopbackAddress()));
    }

    private boolean areRight(Key<?>... keys) {
        return List.of(keys).stream().noneMatch(faulty::contains);
    }

    private void listeners() {
        if (!areRight(Keys.LISTEN, Keys.ALLOW_OPEN, Keys.USERS, Keys.NO_AUTH_FROM)) {
            return;
        }
        List<ListenerConfig> listeners =
                settings.get(Keys.LISTEN).stream().map(Listener::config).toList();
        if (listeners.isEmpty()) {
            faults.accept(Keys.LISTEN, "no address to listen on");
        }
        boolean isGuarded = settings.get(Keys.ALLOW_OPEN) || areAllAsked();
        Set<String> names = new HashSet<>();
        for (ListenerConfig each : listeners) {
            boolean isNamed = !each.name().equals(ListenerConfig.nameOf(each.address()));
            if (isNamed && !names.add(each.name())) {
                faults.accept(Keys.LISTEN, "two listeners have the name " + each.name());
            }
            if (!isGuarded && !isForThisMachine(each)) {
                faults.accept(
                        Keys.LISTEN,
                        "listening " + (each.proxyProtocol().isEmpty() ? "on " : "behind a load balancer on ")
                                + each.address().getHostString()
                                + " would make this an open proxy: anybody who reaches it could use it. Listen on 127.0.0.1, ask for passwords with"
                                + " proxy.users (--users), or say proxy.allow-open (--allow-open) if the network keeps others away");
            }
        }
    }

    /** Whether nobody gets in without a password who comes from just anywhere. */
    private boolean areAllAsked() {
        return settings.get(Keys.USERS)
                .map(file -> new AccessConfig(file, settings.get(Keys.NO_AUTH_FROM), AccessConfig.REALM))
                .map(access -> !access.exemptsEverybody())
                .orElse(false);
    }

    private void users() {
        if (!areRight(Keys.USERS, Keys.NO_AUTH_FROM)) {
            return;
        }
        Optional<Path> users = settings.get(Keys.USERS);
        if (users.isEmpty() && !settings.get(Keys.NO_AUTH_FROM).isEmpty()) {
            faults.accept(
                    Keys.NO_AUTH_FROM,
                    "says who needs no user of proxy.users (--users), and there is none: say both, or neither");
        }
        users.ifPresent(file -> {
            try {
                new AccessConfig(file, List.of(), AccessConfig.REALM).check();
            } catch (EngineException e) {
                faults.accept(Keys.USERS, String.valueOf(e.getMessage()));
            }
        });
    }

    private void rules() {
        if (!areRight(
                Keys.RULES,
                Keys.RULE_LINES,
                Keys.INTERCEPT,
                Keys.CAPTURE,
                Keys.UPSTREAMS,
                Keys.UPSTREAM_GROUPS,
                Keys.UPSTREAM)) {
            return;
        }
        boolean isFile = settings.get(Keys.RULES).isPresent();
        if (isFile && !settings.get(Keys.RULE_LINES).isEmpty()) {
            faults.accept(Keys.RULES, "names a file of rules (--rules), and there are rules here too: say one of them");
            return;
        }
        boolean intercepts = !settings.get(Keys.INTERCEPT).isEmpty();
        boolean captures = intercepts && !settings.get(Keys.CAPTURE).isEmpty();
        Set<String> upstreams = NodeSettings.upstreams(settings).names();
        RuleSource source = NodeSettings.rules(settings);
        Key<?> key = isFile ? Keys.RULES : Keys.RULE_LINES;
        try {
            LiveRules.check(source, Abilities.ALL);
        } catch (RulesException e) { // of a file not what the lines say: it may be the wrong file
            faults.accept(key, isFile ? String.valueOf(e.getMessage()) : e.inFull());
            return;
        }
        try {
            LiveRules.check(source, new Abilities(intercepts, captures, upstreams));
        } catch (RulesException e) { // about this configuration, which weir rules check does not know
            faults.accept(key, e.inFull());
        }
    }

    private static boolean isForThisMachine(ListenerConfig listener) {
        return listener.address().getAddress().isLoopbackAddress()
                && listener.proxyProtocol().isEmpty();
    }

    private void gateway() {
        if (!areRight(Keys.GATEWAY_CERT, Keys.GATEWAY_KEY, Keys.GATEWAY, Keys.GATEWAY_ALLOW_PLAIN)) {
            return;
        }
        Optional<Path> certificate = settings.get(Keys.GATEWAY_CERT);
        Optional<Path> key = settings.get(Keys.GATEWAY_KEY);
        if (certificate.isPresent() != key.isPresent()) {
            faults.accept(
                    certificate.isPresent() ? Keys.GATEWAY_CERT : Keys.GATEWAY_KEY,
                    "--gateway-cert and --gateway-key go together; "
                            + (certificate.isPresent() ? "--gateway-key" : "--gateway-cert") + " is missing");
        } else if (certificate.isPresent()) {
            try {
                GatewayTls.load(certificate.get(), key.get());
            } catch (GatewayException e) {
                faults.accept(Keys.GATEWAY_CERT, String.valueOf(e.getMessage()));
            }
        } else if (!settings.get(Keys.GATEWAY_ALLOW_PLAIN)
                && !settings.get(Keys.GATEWAY).getAddress().isLoopbackAddress()) {
            faults.accept(
                    Keys.GATEWAY,
                    "the gateway would be reached from other machines without TLS, so that its token can be read on the way; give"
                            + " gateway.cert and gateway.key (--gateway-cert, --gateway-key), listen on 127.0.0.1, or say"
                            + " gateway.allow-plain (--gateway-allow-plain) if something else protects the way");
        }
    }

    private void interception() {
        if (areRight(Keys.CAPTURE, Keys.INTERCEPT)
                && !settings.get(Keys.CAPTURE).isEmpty()
                && settings.get(Keys.INTERCEPT).isEmpty()) {
            faults.accept(
                    Keys.CAPTURE,
                    "stores what intercept.hosts (--intercept) reads, and that has no hosts: say both, or neither");
        }
        if (areRight(Keys.CAPTURE_LIMIT, Keys.CAPTURE_TOTAL)
                && settings.get(Keys.CAPTURE_TOTAL) < settings.get(Keys.CAPTURE_LIMIT)) {
            faults.accept(
                    Keys.CAPTURE_TOTAL,
                    "there is no room for one body of capture.limit, "
                            + settings.texts(Keys.CAPTURE_LIMIT).get(0));
        }
        if (areRight(Keys.TRUST)) {
            for (Path file : settings.get(Keys.TRUST)) {
                try {
                    OriginTls.readPem(file);
                } catch (EngineException | TlsException e) {
                    faults.accept(Keys.TRUST, String.valueOf(e.getMessage()));
                }
            }
        }
    }
}
