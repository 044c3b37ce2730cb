package io.weir.launcher;

import io.weir.proxyengine.InterceptConfig;
import io.weir.proxyengine.tls.CertificateAuthority;
import io.weir.wsgateway.GatewayConfig;
import io.weir.wsgateway.PublishedCertificate;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What the gateway shows of interception: the authority's certificate, and bodies. */
final class ShownInterception {
    private ShownInterception() {}

    /** The gateway with it; as it was if nothing is intercepted. */
    static GatewayConfig in(GatewayConfig gateway, @Nullable InterceptConfig intercept) {
        if (intercept == null) {
            return gateway;
        }
        GatewayConfig showing = gateway.withCertificate(published(intercept.authority()));
        return intercept.bodies() == null
                ? showing
                : showing.withBodies(intercept.bodies().folder());
    }

    private static PublishedCertificate published(CertificateAuthority authority) {
        return new PublishedCertificate(
                authority.certificate().getSubjectX500Principal().getName(),
                authority.fingerprint(),
                authority.pem().getBytes(StandardCharsets.US_ASCII),
                authority.der(),
                authority.certificate().getNotAfter().toInstant().toString());
    }
}
