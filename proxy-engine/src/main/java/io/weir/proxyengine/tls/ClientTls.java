package io.weir.proxyengine.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCountUtil;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards clients, where we are the server and show them leaves. Any thread.
 *
 * <p>BoringSSL where it runs, else the JDK. One context for each protocol to select, made when first asked for and shared by all hosts: a
 * context costs more than a handshake. TLS 1.2 and 1.3. No session is resumed, neither by ticket nor by id: one of a host could be used for
 * another, where it would skip the certificate.
 */
public final class ClientTls implements AutoCloseable {
    private static final String NO_ALPN = "";

    /** For a ticket's lifetime RFC 8446 has a week at most; the JDK sends none if it would have to be more. */
    private static final int LONGER_THAN_A_TICKET = 8 * 24 * 3600;

    /** After which Netty closes, and warns of it, where a client takes nothing more: long after whoever uses the handler has closed. */
    private static final int GIVE_UP_MILLIS = 10_000;

    private final SslProvider provider;
    private final LeafKeys keys = new LeafKeys();
    private final Map<String, SslContext> contexts = new ConcurrentHashMap<>(4);

    /** Makes no context until the first handler is asked for. */
    public ClientTls() {
        this(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK);
    }

    ClientTls(SslProvider provider) {
        this.provider = provider;
    }

    /**
     * A handler for a connection of which no byte was taken yet.
     *
     * @param alpn what to select: {@code h2} or {@code http/1.1}, which the client must have offered; null for none
     */
    public SslHandler handler(ByteBufAllocator allocator, Leaf leaf, @Nullable String alpn) {
        SslContext context = contexts.computeIfAbsent(alpn == null ? NO_ALPN : alpn, this::newContext);
        SslHandler handler = context.newHandler(allocator, keys.peer(leaf), 0);
        handler.setCloseNotifyFlushTimeoutMillis(GIVE_UP_MILLIS);
        if (handler.engine() instanceof ReferenceCountedOpenSslEngine engine) {
            SSL.setOptions(engine.sslPointer(), SSL.SSL_OP_NO_TICKET); // Netty has switched them on for TLS 1.3
        } else {
            handler.handshakeFuture()
                    .addListener(done -> handler.engine().getSession().invalidate());
        }
        return handler;
    }

    private SslContext newContext(String alpn) {
        KeyManagerFactory factory = new FixedKeys(keys);
        boolean isJdk = provider == SslProvider.JDK;
        SslContextBuilder builder = SslContextBuilder.forServer(
                        isJdk ? factory : new OpenSslCachingX509KeyManagerFactory(factory, 2 * LeafKeys.ALIASES_MAX))
                .sslProvider(provider)
                .trustManager(new AnyCertificate()) // not to be asked; a default one would load all that the JDK trusts
                .protocols("TLSv1.3", "TLSv1.2");
        if (!alpn.equals(NO_ALPN)) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    Protocol.ALPN, SelectorFailureBehavior.NO_ADVERTISE, SelectedListenerFailureBehavior.ACCEPT, alpn));
        }
        try {
            SslContext context = builder.build();
            if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
                sessions.setSessionCacheEnabled(false);
            } else {
                context.sessionContext().setSessionCacheSize(1);
                context.sessionContext().setSessionTimeout(LONGER_THAN_A_TICKET);
            }
            return context;
        } catch (SSLException e) {
            throw new TlsException("TLS towards clients can't be set up with " + provider + ": " + e.getMessage(), e);
        }
    }

    LeafKeys keys() {
        return keys;
    }

    /** Gives back what the contexts hold outside the heap, as soon as the last connection has ended. No handler is asked for any more. */
    @Override
    public void close() {
        contexts.values().forEach(ReferenceCountUtil::release);
        contexts.clear();
    }
}
