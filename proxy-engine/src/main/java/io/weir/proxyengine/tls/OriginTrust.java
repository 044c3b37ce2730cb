package io.weir.proxyengine.tls;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Verifies what origins show: a path to a trust anchor (the JDK's, with {@link Strength}), and that it is for the host. Any thread.
 *
 * <p>A path costs 0.5 to 2 ms, most of it signatures. What was accepted for a host is therefore accepted again for five minutes, the same
 * bytes for the same host only, and never beyond the end of a certificate: that costs a SHA-256 of the chain.
 */
final class OriginTrust extends X509ExtendedTrustManager {
    private static final Duration REMEMBERED = Duration.ofMinutes(5);
    private static final int REMEMBERED_MAX = 10_000;

    private final X509ExtendedTrustManager paths;
    private final Clock clock;

    /** SHA-256 over a host and a chain, to the first end of its certificates. */
    private final Cache<ByteBuffer, Instant> accepted = memory();

    /** Hosts of which something was accepted: likely to show the same again. */
    private final Cache<String, Boolean> hosts = memory();

    OriginTrust(X509ExtendedTrustManager paths, Clock clock) {
        this.paths = paths;
        this.clock = clock;
    }

    private static <K, V> Cache<K, V> memory() {
        return Caffeine.newBuilder()
                .maximumSize(REMEMBERED_MAX)
                .expireAfterWrite(REMEMBERED)
                .executor(Runnable::run)
                .build();
    }

    /** Whether verifying this host is likely to cost microseconds. */
    boolean isQuickFor(String host) {
        return hosts.getIfPresent(host) != null;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        String host = engine.getPeerHost();
        ByteBuffer shown = digest(host, chain);
        Instant end = accepted.getIfPresent(shown);
        if (end != null && clock.instant().isBefore(end)) {
            return;
        }
        X509Certificate[] parsed = parsed(chain);
        try {
            check(parsed, authType, engine, host);
        } catch (CertificateException e) {
            hosts.invalidate(host);
            throw OriginVerdict.of(host, parsed, e, clock.instant());
        }
        accepted.put(shown, firstEnd(parsed));
        hosts.put(host, true);
    }

    private void check(X509Certificate[] chain, String authType, SSLEngine engine, String host)
            throws CertificateException {
        if (!NameMatch.isNeededFor(host)) {
            paths.checkServerTrusted(chain, authType, engine);
            return;
        }
        paths.checkServerTrusted(chain, authType); // the path only
        if (!NameMatch.matches(chain[0], host)) {
            throw new CertificateException("no name of the certificate matches");
        }
    }

    private static ByteBuffer digest(String host, X509Certificate[] chain) throws CertificateException {
        MessageDigest digest = Fingerprint.sha256();
        digest.update(host.getBytes(StandardCharsets.UTF_8));
        for (X509Certificate each : chain) {
            digest.update((byte) 0);
            digest.update(each.getEncoded()); // DER says its own length
        }
        return ByteBuffer.wrap(digest.digest());
    }

    /** BoringSSL's certificates are parsed again and again when asked; an unreadable one fails here. */
    private static X509Certificate[] parsed(X509Certificate[] chain) throws CertificateException {
        X509Certificate[] parsed = new X509Certificate[chain.length];
        for (int i = 0; i < chain.length; i++) {
            try {
                parsed[i] = Pem.certificate(chain[i].getEncoded());
            } catch (CertificateException e) {
                throw new OriginRefused(
                        TlsFailure.Kind.BAD_CERTIFICATE, "it showed a certificate that can't be read", e);
            }
        }
        return parsed;
    }

    private static Instant firstEnd(X509Certificate[] chain) {
        Instant end = Instant.MAX;
        for (X509Certificate each : chain) {
            Instant its = each.getNotAfter().toInstant();
            end = its.isBefore(end) ? its : end;
        }
        return end;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("only engines are served");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("only engines are served");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("only origins are verified");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("only origins are verified");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("only origins are verified");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
