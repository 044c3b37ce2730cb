package io.weir.wsgateway;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The certificate that the gateway shows, and its key: TLS 1.2 or later. Immutable. */
public final class GatewayTls {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayTls.class);

    private final SslContext context;

    private GatewayTls(SslContext context) {
        this.context = context;
    }

    /**
     * Reads both from PEM files. Nothing is read again later: a renewed certificate is another one, for {@link Gateway#renew}.
     *
     * @param chain the gateway's certificate first, then those that signed it
     * @param key its private key, PKCS #8, not encrypted
     * @throws GatewayException if a file is missing, can't be read or holds something else, or the two don't belong together
     */
    public static GatewayTls load(Path chain, Path key) {
        try {
            List<X509Certificate> certificates = PemFile.certificates(chain);
            PrivateKey privateKey = PemFile.privateKey(key);
            KeyMatch.require(certificates.get(0), privateKey, chain, key);
            if (PemFile.isReadByOthers(key)) {
                LOG.warn("the gateway's key can be read by others than its owner file={}", key);
            }
            SslContext context = SslContextBuilder.forServer(privateKey, certificates)
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
            return new GatewayTls(context);
        } catch (IOException | GeneralSecurityException e) {
            throw new GatewayException(
                    "the gateway's certificate " + chain + " and key " + key + " can't be used: "
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

    SslContext context() {
        return context;
    }
}
