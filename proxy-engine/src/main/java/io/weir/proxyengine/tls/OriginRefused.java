package io.weir.proxyengine.tls;

import java.security.cert.CertificateException;

/** What an origin showed is not accepted. Carries the reason through the TLS provider, which wraps it. */
final class OriginRefused extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final TlsFailure.Kind kind;

    OriginRefused(TlsFailure.Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    TlsFailure.Kind kind() {
        return kind;
    }
}
