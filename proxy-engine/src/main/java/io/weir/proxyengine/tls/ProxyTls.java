package io.weir.proxyengine.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of a listener towards its clients: TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1 by ALPN. Reads its files at the start, and again when they have changed: a new
 * certificate is for new connections, and one that cannot be used changes nothing but the log. Any thread; {@link #refresh} reads files.
 */
public final class ProxyTls {
    private static final Logger log = LoggerFactory.getLogger(ProxyTls.class);

    /** HTTP/2 by its name in ALPN. */
    public static final String HTTP_2 = ApplicationProtocolNames.HTTP_2;

    private final Path certificate;
    private final Path key;
    private final @Nullable Path clientCa;
    private final ClientAuth clientAuth;
    private List<Object> seen; // guarded by this, once it is made
    private volatile SslContext context;

    private ProxyTls(Path certificate, Path key, @Nullable Path clientCa, boolean clientMust) {
        this.certificate = certificate;
        this.key = key;
        this.clientCa = clientCa;
        clientAuth = clientCa == null ? ClientAuth.NONE : clientMust ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL;
        seen = state();
        context = load();
    }

    /**
     * Reads the files.
     *
     * @param certificate PEM: the certificate first, then those that lead to its CA
     * @param key PEM: its key, PKCS #8, not encrypted
     * @param clientCa PEM: who may have signed clients' certificates; null if none is asked for
     * @param clientMust whether a client must have one
     * @throws TlsException if one cannot be used, naming it
     */
    public static ProxyTls open(Path certificate, Path key, @Nullable Path clientCa, boolean clientMust) {
        return new ProxyTls(certificate, key, clientCa, clientMust);
    }

    /** The server's side of a new connection. */
    public SSLEngine newEngine(ByteBufAllocator allocator) {
        return context.newEngine(allocator);
    }

    /** Reads the files again if one has changed since the last time. Blocks; any thread but loops. */
    public synchronized void refresh() {
        List<Object> now = state();
        if (now.equals(seen)) {
            return;
        }
        seen = now;
        try {
            context = load();
            log.info("a listener's certificate was renewed file={}", certificate);
        } catch (TlsException e) {
            log.warn(
                    "a listener's certificate has changed and cannot be used, so the one before stays: {}",
                    e.getMessage());
        }
    }

    /** When the files were written and how long they are: as much as can be known without reading them. */
    private List<Object> state() {
        List<Object> state = new ArrayList<>();
        Stream.of(certificate, key, clientCa).filter(Objects::nonNull).forEach(file -> {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                state.add(attributes.lastModifiedTime());
                state.add(attributes.size());
            } catch (IOException gone) {
                state.add("none");
            }
        });
        return state;
    }

    private SslContext load() {
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(certificate.toFile(), key.toFile())
                    .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .clientAuth(clientAuth)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            HTTP_2,
                            ApplicationProtocolNames.HTTP_1_1));
            if (clientCa != null) {
                builder.trustManager(clientCa.toFile());
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new TlsException(
                    "the certificate " + certificate + " and key " + key
                            + (clientCa == null ? "" : " with the CA of clients " + clientCa) + " can't be used: "
                            + rootOf(e).getMessage(),
                    e);
        }
    }

    private static Throwable rootOf(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
