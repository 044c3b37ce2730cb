package io.weir.proxyengine.tls;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import io.netty.util.concurrent.ImmediateExecutor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards origins, where we are the client and verify what they show. Any thread.
 *
 * <p>BoringSSL where it runs, else the JDK; the JDK verifies in both cases. One context for each list of protocols, verifying or not, is made
 * when first asked for and kept for five minutes: with it go its sessions, since a session that is resumed proves no certificate, and each use of one
 * gives a new one. To verify a path takes a millisecond, so a host whose certificates were not accepted in the last minutes is
 * verified on one of two threads of ours; one whose were costs microseconds and stays on the event loop, without two changes of thread.
 */
public final class OriginTls implements AutoCloseable {
    private static final String[] CLASSIC_GROUPS = {"x25519", "secp256r1", "secp384r1", "secp521r1"};

    /** For as long as an accepted certificate is remembered. */
    private static final int SESSION_SECONDS = 300;

    private static final int SESSIONS = 4_096;
    private static final Duration ASKERS_REMEMBERED = Duration.ofDays(1);

    private final SslProvider provider;
    private final ReportingKeys keys = new ReportingKeys();
    private final X509ExtendedKeyManager shown; // what we show of ourselves; keys, if that is nothing
    private final Clock clock;
    private final OriginTrust trust;
    private final Map<Use, SslContext> contexts = new ConcurrentHashMap<>();
    private final VerifyThreads verifying;
    private volatile long latestPeriod;

    /** Origins that ask who the client is: they do not ask again when a session is resumed. */
    private final Cache<Asker, Boolean> askers = Caffeine.newBuilder()
            .maximumSize(SESSIONS)
            .expireAfterWrite(ASKERS_REMEMBERED)
            .executor(Runnable::run)
            .build();

    /** What a context is for. */
    private record Use(List<String> alpn, boolean verified, boolean postQuantum, boolean resumes, long period) {}

    private record Asker(String host, int port) {}

    /**
     * Reads the JDK's trust anchors, which takes some ten milliseconds: not for an event loop.
     *
     * @param trust certificates of further CAs to trust
     */
    public OriginTls(List<X509Certificate> trust) {
        this(trust, OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK, Clock.systemUTC());
    }

    OriginTls(List<X509Certificate> trust, SslProvider provider, Clock clock) {
        this(TrustAnchors.withThoseOfTheJdk(trust), null, provider, clock, new VerifyThreads());
    }

    private OriginTls(
            X509ExtendedTrustManager paths,
            @Nullable X509ExtendedKeyManager own,
            SslProvider provider,
            Clock clock,
            VerifyThreads verifying) {
        this.provider = provider;
        this.clock = clock;
        shown = own == null ? keys : own;
        trust = new OriginTrust(paths, clock);
        this.verifying = verifying;
    }

    /**
     * TLS towards one server that we know. Reads files.
     *
     * @param authorities whom alone to trust; null for those of the JDK
     * @param certificate PEM: what we show if we are asked who we are; null if nothing
     * @param key PEM: the key of that, PKCS #8, not encrypted
     * @param verifying where what it shows is verified; the caller's, who closes them, so that handshakes with it go on when the caller has another in its place
     * @throws TlsException if a file cannot be used, naming it
     */
    public static OriginTls of(
            @Nullable List<X509Certificate> authorities,
            @Nullable Path certificate,
            @Nullable Path key,
            VerifyThreads verifying) {
        X509ExtendedTrustManager paths =
                authorities == null ? TrustAnchors.withThoseOfTheJdk(List.of()) : TrustAnchors.only(authorities);
        X509ExtendedKeyManager own = certificate == null || key == null ? null : OwnKey.read(certificate, key);
        SslProvider best = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
        return new OriginTls(paths, own, best, Clock.systemUTC(), verifying);
    }

    /**
     * Reads the certificates in a PEM file.
     *
     * @throws TlsException if it can't be read, or holds none
     */
    public static List<X509Certificate> readPem(Path file) {
        try {
            List<X509Certificate> certificates = Pem.certificates(Files.readString(file, StandardCharsets.ISO_8859_1));
            if (certificates.isEmpty()) {
                throw new TlsException("the file " + file + " holds no PEM certificate");
            }
            return certificates;
        } catch (IOException e) {
            throw new TlsException("the certificates in " + file + " can't be read: " + e, e);
        } catch (CertificateException e) {
            throw new TlsException("the file " + file + " holds no certificate that can be read: " + e.getMessage(), e);
        }
    }

    /**
     * A handler for a connection to an origin.
     *
     * @param peerName whom the origin must prove to be; a DNS name is also sent as SNI
     * @param alpn the protocols to offer, the best first; empty for no ALPN
     * @param verified false to accept whatever is shown
     * @param postQuantum whether to offer keys that no quantum computer finds, which cost some; where BoringSSL runs
     * @throws TlsException if the name is neither a DNS name nor an address
     */
    public SslHandler handler(
            ByteBufAllocator allocator,
            String peerName,
            int port,
            List<String> alpn,
            boolean verified,
            boolean postQuantum) {
        Prepared prepared = prepare(peerName, port, alpn, verified, postQuantum);
        SslHandler handler = prepared.context().newHandler(allocator, prepared.unique(), port, prepared.tasks());
        sendName(handler.engine(), prepared.dnsName());
        return handler;
    }

    /**
     * The same as an engine, for a handler of the caller's.
     *
     * @param handler makes it of the engine, and of who does its slow work
     * @throws TlsException if the name is neither a DNS name nor an address
     */
    public <H extends SslHandler> H handler(
            ByteBufAllocator allocator,
            String peerName,
            int port,
            List<String> alpn,
            boolean verified,
            BiFunction<SSLEngine, Executor, H> handler) {
        Prepared prepared = prepare(peerName, port, alpn, verified, false);
        SSLEngine engine = prepared.context().newEngine(allocator, prepared.unique(), port);
        sendName(engine, prepared.dnsName());
        return handler.apply(engine, prepared.tasks());
    }

    /** What a connection needs of us. */
    private record Prepared(
            SslContext context, String unique, @Nullable String dnsName, Executor tasks) {}

    private Prepared prepare(String peerName, int port, List<String> alpn, boolean verified, boolean postQuantum) {
        String dnsName = HostName.dnsName(peerName);
        if (dnsName == null && HostName.address(peerName) == null) {
            throw new TlsException("an origin must have a DNS name or an address");
        }
        String host = dnsName == null ? peerName : dnsName;
        boolean resumes = askers.getIfPresent(new Asker(host, port)) == null;
        long period = clock.millis() / (SESSION_SECONDS * 1000L);
        if (latestPeriod != period) {
            latestPeriod = period;
            contexts.keySet().removeIf(use -> use.period() != period);
        }
        SslContext context = contexts.computeIfAbsent(
                new Use(List.copyOf(alpn), verified, postQuantum, resumes, period), this::newContext);
        Executor tasks = verified && !trust.isQuickFor(host) ? verifying.executor() : ImmediateExecutor.INSTANCE;
        String unique = HostName.withOwnIdentity(host); // by which the keys know the engine
        return new Prepared(context, unique, dnsName, tasks);
    }

    /** Netty and the JDK would leave out names of one label, and the JDK can't but leave out those with an underscore. */
    private static void sendName(SSLEngine engine, @Nullable String dnsName) {
        if (dnsName == null) {
            return;
        }
        if (engine instanceof ReferenceCountedOpenSslEngine boringSsl) {
            SSL.setTlsExtHostName(boringSsl.sslPointer(), dnsName);
        } else if (!NameMatch.isNeededFor(dnsName)) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(dnsName)));
            engine.setSSLParameters(parameters);
        }
    }

    /** Whether the origin asked for a client certificate; we have none, and it may go on without or refuse. */
    public boolean askedForCertificate(SslHandler handler) {
        boolean asked = keys.wereAskedFor(handler.engine());
        if (asked) {
            SSLEngine engine = handler.engine();
            askers.put(new Asker(String.valueOf(engine.getPeerHost()), engine.getPeerPort()), true);
        }
        return asked;
    }

    /** The SHA-256, in lower-case hex, of the certificate that the origin showed; empty until the handshake has succeeded. */
    public static String certificateFingerprint(SslHandler handler) {
        try {
            return Fingerprint.hex(
                    handler.engine().getSession().getPeerCertificates()[0].getEncoded());
        } catch (SSLPeerUnverifiedException | CertificateEncodingException e) {
            return "";
        }
    }

    /** Handshakes that go on fail. */
    @Override
    public void close() {
        verifying.close();
    }

    private SslContext newContext(Use use) {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(provider)
                .keyManager(new FixedKeys(shown))
                .trustManager(use.verified() ? trust : new AnyCertificate())
                .endpointIdentificationAlgorithm(use.verified() ? "HTTPS" : "")
                .protocols("TLSv1.3", "TLSv1.2");
        if (provider == SslProvider.OPENSSL && !use.postQuantum()) {
            builder.option(OpenSslContextOption.GROUPS, CLASSIC_GROUPS);
        }
        if (!use.alpn().isEmpty()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    use.alpn()));
        }
        try {
            SslContext context = builder.build();
            if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
                sessions.setSessionCacheEnabled(
                        use.resumes()); // a session is of one host and port, and of this context
                sessions.setSessionTimeout(SESSION_SECONDS);
                sessions.setSessionCacheSize(SESSIONS);
            } else {
                context.sessionContext().setSessionCacheSize(1); // 0 would be without limit
                context.sessionContext().setSessionTimeout(1);
            }
            return context;
        } catch (SSLException e) {
            throw new TlsException("TLS towards origins can't be set up with " + provider + ": " + e.getMessage(), e);
        }
    }
}
