package io.weir.launcher.config;

import io.netty.util.NetUtil;
import io.weir.launcher.config.Types.Listener;
import io.weir.proxyengine.AccessConfig;
import io.weir.proxyengine.EngineException;
import io.weir.proxyengine.ListenerConfig;
import io.weir.proxyengine.ListenerTls;
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
        if (areRight(ProxyKeys.USERS, ProxyKeys.LISTEN)
                && settings.get(ProxyKeys.USERS).isEmpty()
                && !knowsUsersByCertificate()) {
            for (Key<?> key : List.of(
                    LimitKeys.SESSIONS_PER_USER,
                    LimitKeys.QUOTA_DAY,
                    LimitKeys.QUOTA_MONTH,
                    LimitKeys.QUOTAS,
                    LimitKeys.BANDWIDTHS)) {
                if (areRight(key) && !settings.isDefault(key)) {
                    faults.accept(
                            key,
                            "holds for the users of proxy.users (--users), or of a listener with client-user, and there is none: say"
                                    + " both, or neither");
                }
            }
        }
        onceEach(LimitKeys.QUOTAS, UserQuota::name);
        onceEach(LimitKeys.BANDWIDTHS, UserBandwidth::name);
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
        return settings.get(ProxyKeys.LISTEN).stream()
                .map(each -> each.config().tls())
                .anyMatch(tls -> tls != null && tls.clientUser() != ClientName.NONE);
    }

    private void upstreams() {
        if (!areRight(ProxyKeys.UPSTREAMS, ProxyKeys.UPSTREAM_GROUPS, ProxyKeys.UPSTREAM)) {
            return;
        }
        UpstreamsConfig upstreams = NodeSettings.upstreams(settings);
        upstreams.upstreamFaults().forEach(fault -> faults.accept(ProxyKeys.UPSTREAMS, fault));
        upstreams.groupFaults().forEach(fault -> faults.accept(ProxyKeys.UPSTREAM_GROUPS, fault));
        upstreams.routeFaults().forEach(fault -> faults.accept(ProxyKeys.UPSTREAM, fault));
        Upstream described = settings.get(ProxyKeys.UPSTREAM).upstream();
        for (Upstream each : upstreams.upstreams()) {
            Key<?> key = each.equals(described) ? ProxyKeys.UPSTREAM : ProxyKeys.UPSTREAMS;
            Upstreams.fileFaults(each).forEach(fault -> faults.accept(key, fault));
            if (areRight(ProxyKeys.LISTEN)
                    && settings.get(ProxyKeys.LISTEN).stream()
                            .anyMatch(listener -> isItself(listener.config(), each))) {
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
        certificates();
        if (!areRight(ProxyKeys.LISTEN, ProxyKeys.ALLOW_OPEN, ProxyKeys.USERS, ProxyKeys.NO_AUTH_FROM)) {
            return;
        }
        List<ListenerConfig> listeners =
                settings.get(ProxyKeys.LISTEN).stream().map(Listener::config).toList();
        if (listeners.isEmpty()) {
            faults.accept(ProxyKeys.LISTEN, "no address to listen on");
        }
        boolean isGuarded = settings.get(ProxyKeys.ALLOW_OPEN) || areAllAsked();
        Set<String> names = new HashSet<>();
        for (ListenerConfig each : listeners) {
            boolean isNamed = !each.name().equals(ListenerConfig.nameOf(each.address()));
            if (isNamed && !names.add(each.name())) {
                faults.accept(ProxyKeys.LISTEN, "two listeners have the name " + each.name());
            }
            if (!isGuarded && !isForThisMachine(each)) {
                faults.accept(
                        ProxyKeys.LISTEN,
                        "listening " + (each.proxyProtocol().isEmpty() ? "on " : "behind a load balancer on ")
                                + each.address().getHostString()
                                + " would make this an open proxy: anybody who reaches it could use it. Listen on 127.0.0.1, ask for passwords with"
                                + " proxy.users (--users), or say proxy.allow-open (--allow-open) if the network keeps others away");
            }
        }
    }

    private void certificates() {
        if (!areRight(ProxyKeys.LISTEN)) {
            return;
        }
        for (Listener each : settings.get(ProxyKeys.LISTEN)) {
            ListenerTls tls = each.config().tls();
            try {
                if (tls != null) {
                    tls.open();
                }
            } catch (TlsException e) {
                faults.accept(ProxyKeys.LISTEN, "listener " + each.config().name() + ": " + e.getMessage());
            }
        }
    }

    /** Whether nobody gets in without a password who comes from just anywhere. */
    private boolean areAllAsked() {
        return settings.get(ProxyKeys.USERS)
                .map(file -> new AccessConfig(file, settings.get(ProxyKeys.NO_AUTH_FROM), AccessConfig.REALM))
                .map(access -> !access.exemptsEverybody())
                .orElse(false);
    }

    private void users() {
        if (!areRight(ProxyKeys.USERS, ProxyKeys.NO_AUTH_FROM)) {
            return;
        }
        Optional<Path> users = settings.get(ProxyKeys.USERS);
        if (users.isEmpty() && !settings.get(ProxyKeys.NO_AUTH_FROM).isEmpty()) {
            faults.accept(
                    ProxyKeys.NO_AUTH_FROM,
                    "says who needs no user of proxy.users (--users), and there is none: say both, or neither");
        }
        users.ifPresent(file -> {
            try {
                new AccessConfig(file, List.of(), AccessConfig.REALM).check();
            } catch (EngineException e) {
                faults.accept(ProxyKeys.USERS, String.valueOf(e.getMessage()));
            }
        });
    }

    private void rules() {
        if (!areRight(
                ProxyKeys.RULES,
                Keys.RULE_LINES,
                InterceptKeys.HOSTS,
                CaptureKeys.HOSTS,
                ProxyKeys.UPSTREAMS,
                ProxyKeys.UPSTREAM_GROUPS,
                ProxyKeys.UPSTREAM)) {
            return;
        }
        boolean isFile = settings.get(ProxyKeys.RULES).isPresent();
        if (isFile && !settings.get(Keys.RULE_LINES).isEmpty()) {
            faults.accept(
                    ProxyKeys.RULES, "names a file of rules (--rules), and there are rules here too: say one of them");
            return;
        }
        boolean intercepts = !settings.get(InterceptKeys.HOSTS).isEmpty();
        boolean captures = intercepts && !settings.get(CaptureKeys.HOSTS).isEmpty();
        Set<String> upstreams = NodeSettings.upstreams(settings).names();
        RuleSource source = NodeSettings.rules(settings);
        Key<?> key = isFile ? ProxyKeys.RULES : Keys.RULE_LINES;
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
        if (!areRight(GatewayKeys.CERT, GatewayKeys.KEY, GatewayKeys.LISTEN, GatewayKeys.ALLOW_PLAIN)) {
            return;
        }
        Optional<Path> certificate = settings.get(GatewayKeys.CERT);
        Optional<Path> key = settings.get(GatewayKeys.KEY);
        if (certificate.isPresent() != key.isPresent()) {
            faults.accept(
                    certificate.isPresent() ? GatewayKeys.CERT : GatewayKeys.KEY,
                    "--gateway-cert and --gateway-key go together; "
                            + (certificate.isPresent() ? "--gateway-key" : "--gateway-cert") + " is missing");
        } else if (certificate.isPresent()) {
            try {
                GatewayTls.load(certificate.get(), key.get());
            } catch (GatewayException e) {
                faults.accept(GatewayKeys.CERT, String.valueOf(e.getMessage()));
            }
        } else if (!settings.get(GatewayKeys.ALLOW_PLAIN)
                && !settings.get(GatewayKeys.LISTEN).getAddress().isLoopbackAddress()) {
            faults.accept(
                    GatewayKeys.LISTEN,
                    "the gateway would be reached from other machines without TLS, so that its token can be read on the way; give"
                            + " gateway.cert and gateway.key (--gateway-cert, --gateway-key), listen on 127.0.0.1, or say"
                            + " gateway.allow-plain (--gateway-allow-plain) if something else protects the way");
        }
    }

    private void interception() {
        if (areRight(CaptureKeys.HOSTS, InterceptKeys.HOSTS)
                && !settings.get(CaptureKeys.HOSTS).isEmpty()
                && settings.get(InterceptKeys.HOSTS).isEmpty()) {
            faults.accept(
                    CaptureKeys.HOSTS,
                    "stores what intercept.hosts (--intercept) reads, and that has no hosts: say both, or neither");
        }
        if (areRight(CaptureKeys.LIMIT, CaptureKeys.TOTAL)
                && settings.get(CaptureKeys.TOTAL) < settings.get(CaptureKeys.LIMIT)) {
            faults.accept(
                    CaptureKeys.TOTAL,
                    "there is no room for one body of capture.limit, "
                            + settings.texts(CaptureKeys.LIMIT).get(0));
        }
        if (areRight(InterceptKeys.TRUST)) {
            for (Path file : settings.get(InterceptKeys.TRUST)) {
                try {
                    OriginTls.readPem(file);
                } catch (EngineException | TlsException e) {
                    faults.accept(InterceptKeys.TRUST, String.valueOf(e.getMessage()));
                }
            }
        }
    }
}
