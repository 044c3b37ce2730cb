package io.weir.benchmarks.load;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.security.SecureRandom;
import javax.net.ssl.SSLException;

/**
 * TLS of clients and origin: BoringSSL where there is one for the machine, as it costs a fraction of the JDK's, so that
 * the proxy's share is the larger. X25519 and P-256 only: a key agreement that one proxy knows and another does not would
 * be compared with the handshake. Any thread.
 */
final class Tls {
    /** HTTP/2, as ALPN names it. */
    static final String H2 = "h2";

    private static final String[] GROUPS = {"x25519", "secp256r1"};

    private final SslContext context;

    private Tls(SslContext context) {
        this.context = context;
    }

    /**
     * The clients' side, which takes any certificate and resumes no session.
     *
     * @param protocols to offer by ALPN; with none there is no ALPN
     */
    static Tls client(String... protocols) throws SSLException {
        return new Tls(with(SslContextBuilder.forClient()
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm(null)
                .applicationProtocolConfig(alpn(protocols))));
    }

    private static ApplicationProtocolConfig alpn(String... protocols) {
        return protocols.length == 0
                ? ApplicationProtocolConfig.DISABLED
                : new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        protocols);
    }

    /** The origin's side, which lets who connects again resume a session. */
    static Tls server(Identity identity) throws SSLException {
        SslContext context = with(SslContextBuilder.forServer(identity.key(), identity.chain())
                .applicationProtocolConfig(alpn(H2, "http/1.1")));
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            sessions.setTicketKeys(new OpenSslSessionTicketKey(
                    random(OpenSslSessionTicketKey.NAME_SIZE),
                    random(OpenSslSessionTicketKey.HMAC_KEY_SIZE),
                    random(OpenSslSessionTicketKey.AES_KEY_SIZE)));
        }
        return new Tls(context);
    }

    private static SslContext with(SslContextBuilder builder) throws SSLException {
        if (OpenSsl.isAvailable()) {
            builder.sslProvider(SslProvider.OPENSSL)
                    .option(OpenSslContextOption.GROUPS, GROUPS)
                    .option(OpenSslContextOption.USE_TASKS, false); // the loop would run them anyway
        } else {
            builder.sslProvider(SslProvider.JDK);
        }
        return builder.build();
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    /** Starts TLS on a connection, and answers with what its records go to. Event loop of the connection. */
    Conversation start(Wire records, Conversation inside) throws IOException {
        return TlsWire.start(records, context.newEngine(ByteBufAllocator.DEFAULT), inside);
    }
}
