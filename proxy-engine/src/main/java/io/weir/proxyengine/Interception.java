package io.weir.proxyengine;

import io.weir.eventbus.LedgerEvent.InterceptionBypassed;
import io.weir.eventbus.SessionMeter;
import io.weir.proxyengine.LiveConfig.InterceptedHosts;
import io.weir.proxyengine.bodies.BodyStore;
import io.weir.proxyengine.tls.CertificateAuthority;
import io.weir.proxyengine.tls.ClientTls;
import io.weir.proxyengine.tls.LeafCertificates;
import io.weir.proxyengine.tls.OriginTls;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all event loops share to intercept with. Any thread. */
final class Interception implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Interception.class);

    private final InterceptConfig config;
    private volatile InterceptedHosts hosts;
    private final LeafCertificates leaves;
    private final ClientTls clientTls = new ClientTls();
    private final OriginTls originTls;
    private final Bypasses bypasses;
    private final Acceptance acceptance = new Acceptance(System::nanoTime);
    private final @Nullable BodyStore bodies;

    private Interception(InterceptConfig config) {
        this.config = config;
        hosts = new InterceptedHosts(config.include(), config.exclude(), config.unverified());
        leaves = new LeafCertificates(config.authority());
        originTls = new OriginTls(config.trust());
        bypasses = new Bypasses(config.bypass());
        bodies = config.bodies() == null ? null : BodyStore.open(config.bodies());
    }

    static Interception start(InterceptConfig config) {
        return new Interception(config);
    }

    /** Intercepts other hosts from now on; tunnels that are read already go on to be. */
    void hosts(InterceptedHosts others) {
        hosts = others;
    }

    /** Whose certificates clients are shown. */
    CertificateAuthority authority() {
        return config.authority();
    }

    LeafCertificates leaves() {
        return leaves;
    }

    ClientTls clientTls() {
        return clientTls;
    }

    OriginTls originTls() {
        return originTls;
    }

    /** A URL as the ledger shows it, which has no query: what may be secret in its path is replaced. */
    String ledgerUrl(String url) {
        return url.indexOf(';') < 0 ? url : config.redaction().url(url);
    }

    Redaction redaction() {
        return config.redaction();
    }

    /** Where the bodies of exchanges with this host go; null if they are not kept. */
    @Nullable BodyStore bodies(Authority host, @Nullable Ruling ruling) {
        boolean isKept = switch (Ruling.capture(ruling)) {
            case YES -> true;
            case NO -> false;
            case UNSAID -> config.capture().matches(host.host(), host.port());
        };
        return isKept ? bodies : null;
    }

    /** Whether a tunnel to this destination may turn out to be one to read: an address may stand for any name. */
    boolean mayOpen(Authority authority, @Nullable Ruling ruling) {
        return switch (Ruling.intercept(ruling)) {
            case YES -> true;
            case NO -> false;
            case UNSAID -> mayOpen(authority);
        };
    }

    private boolean mayOpen(Authority authority) {
        InterceptedHosts now = hosts;
        if (now.exclude().matches(authority.host(), authority.port())) {
            return false;
        }
        boolean mayHaveName = authority.address() != null && now.include().matchesNames();
        return mayHaveName || now.include().matches(authority.host(), authority.port());
    }

    /** Whether exchanges with this host are recorded. */
    boolean reads(Authority host, @Nullable Ruling ruling) {
        InterceptedHosts now = hosts;
        return switch (Ruling.intercept(ruling)) {
            case YES -> true;
            case NO -> false;
            case UNSAID ->
                now.include().matches(host.host(), host.port())
                        && !now.exclude().matches(host.host(), host.port());
        };
    }

    /**
     * Whether a tunnel is read.
     *
     * @param name whom the client expects at the other end, from its ClientHello or its CONNECT
     */
    boolean opens(String name, Authority authority, InetAddress client, @Nullable Ruling ruling) {
        boolean isMeant = switch (Ruling.intercept(ruling)) {
            case YES -> true;
            case NO -> false;
            case UNSAID -> isMeant(name, authority);
        };
        return isMeant && !bypasses.has(name, authority, client);
    }

    private boolean isMeant(String name, Authority authority) {
        InterceptedHosts now = hosts;
        int port = authority.port();
        boolean isExcluded = now.exclude().matches(name, port) || now.exclude().matches(authority.host(), port);
        boolean isIncluded = now.include().matches(name, port) || now.include().matches(authority.host(), port);
        return isIncluded && !isExcluded;
    }

    /** Whether the origin must prove that it is {@code name}. */
    boolean verifies(String name, Authority authority) {
        return !hosts.unverified().matches(name, authority.port());
    }

    /** A client has said something in a tunnel that is read, so it accepts our certificate for that host. */
    void accepted(String name, Authority authority, InetAddress client) {
        acceptance.used(name, authority.port(), client);
        takeBackGuess(name, authority, client);
    }

    /** A client has left a tunnel that is read without a word, which is a refusal of our certificate unless it accepts that elsewhere. */
    void leftUnused(
            EngineLoop loop,
            SessionMeter meter,
            String name,
            Authority authority,
            InetAddress client,
            boolean inHandshake) {
        if (!acceptance.leftUnused(name, authority.port(), client, inHandshake)) {
            return;
        }
        String why = inHandshake
                ? "the client left during the handshake, as those do that do not accept our certificate"
                : "the client left right after the handshake, as those do that expect another certificate";
        bypass(loop, meter, name, authority, client, why);
        bypasses.addGuess(name, authority, client);
        if (acceptance.isFresh(name, authority.port(), client)) { // on another loop, meanwhile
            takeBackGuess(name, authority, client);
        }
    }

    private void takeBackGuess(String name, Authority authority, InetAddress client) {
        if (bypasses.removeGuess(name, authority, client)) {
            String host = new Authority(name, authority.port()).toString();
            log.info("intercepted again host={} client={}", host, client.getHostAddress());
        }
    }

    /**
     * Passes on unread, for a while, what goes to this host, and records why.
     *
     * @param client for which client; null for all
     */
    void bypass(
            EngineLoop loop,
            SessionMeter meter,
            String name,
            Authority authority,
            @Nullable InetAddress client,
            String why) {
        bypasses.add(name, authority, client);
        String host = new Authority(name, authority.port()).toString();
        String forClient = client == null ? "" : client.getHostAddress();
        long until = System.currentTimeMillis() + config.bypass().toMillis();
        loop.ledger().record(meter, new InterceptionBypassed(meter.id(), host, forClient, why, until));
        log.info(
                "not intercepted for a while session={} host={} client={} reason=\"{}\"",
                meter.id(),
                host,
                forClient.isEmpty() ? "all" : forClient,
                why);
    }

    @Override
    public void close() {
        leaves.close();
        originTls.close();
        clientTls.close();
        if (bodies != null) {
            bodies.close();
        }
    }
}
