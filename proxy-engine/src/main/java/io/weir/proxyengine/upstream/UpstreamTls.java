package io.weir.proxyengine.upstream;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How TLS is spoken with an upstream. Immutable.
 *
 * @param ca PEM: who may have signed its certificate, and nobody else; null for those whom the JDK trusts
 * @param serverName whom it must prove to be, and the SNI; empty for its host
 * @param insecure whether its certificate is not looked at
 * @param certificate PEM: what we show if it asks who we are; null if nothing
 * @param key PEM: the key of that, PKCS #8, not encrypted
 */
public record UpstreamTls(
        @Nullable Path ca,
        String serverName,
        boolean insecure,
        @Nullable Path certificate,
        @Nullable Path key) {
    /** Verified by the JDK's authorities, under the name of the host. */
    public static final UpstreamTls USUAL = new UpstreamTls(null, "", false, null, null);

    /** Verified by these authorities, under the name of the host. */
    public static UpstreamTls trusting(Path ca) {
        return new UpstreamTls(ca, "", false, null, null);
    }
}
