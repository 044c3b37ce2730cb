package io.weir.proxyengine.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslClosedEngineException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLException;

/**
 * Why a handshake failed. Immutable.
 *
 * @param message for people, to be put after a colon; holds nothing that came over the wire but validated names
 */
public record TlsFailure(Kind kind, String message) {
    private static final int CAUSES_MAX = 16; // some exceptions are their own cause in the end

    /** Whose fault it is and of what kind. */
    public enum Kind {
        /** The origin's certificate was signed by nobody whom we trust, or by itself. */
        UNKNOWN_ISSUER,
        /** The origin's certificate, or one above it, is over. */
        EXPIRED,
        /** The origin's certificate, or one above it, is not valid yet. */
        NOT_YET_VALID,
        /** The origin's certificate is for other hosts. */
        WRONG_NAME,
        /** A key of the origin's path can be broken. */
        WEAK_KEY,
        /** A signature of the origin's path can be forged. */
        WEAK_SIGNATURE,
        /** The origin's certificate breaks another rule. */
        BAD_CERTIFICATE,
        /** The peer does not accept what we showed: a client that does not trust our CA, or pins. */
        PEER_REFUSED_CERTIFICATE,
        /** No protocol of the ALPN list suits both. */
        NO_COMMON_PROTOCOL,
        /** No version of TLS suits both. */
        UNSUPPORTED_VERSION,
        /** The peer does not know the host that the SNI names. */
        UNKNOWN_NAME,
        /** The peer ended it with another alert. */
        ALERT,
        /** The peer does not speak TLS. */
        NOT_TLS,
        /** It took too long. */
        TIMEOUT,
        /** The peer closed the connection without a word. */
        CLOSED,
        /** Anything else. */
        OTHER
    }

    /** Reads what {@code SslHandler.handshakeFuture()} has failed with, of BoringSSL or of the JDK. */
    public static TlsFailure of(Throwable cause) {
        Throwable each = cause;
        for (int depth = 0; each != null && depth < CAUSES_MAX; depth++) {
            if (each instanceof OriginRefused refused) {
                return new TlsFailure(refused.kind(), String.valueOf(refused.getMessage()));
            }
            each = each.getCause();
        }
        each = cause;
        for (int depth = 0; each != null && depth < CAUSES_MAX; depth++) {
            TlsFailure failure = ofOne(each);
            if (failure.kind() != Kind.OTHER) {
                return failure;
            }
            each = each.getCause();
        }
        return ofOne(cause);
    }

    private static TlsFailure ofOne(Throwable cause) {
        if (cause instanceof NotSslRecordException) {
            return new TlsFailure(Kind.NOT_TLS, "it does not speak TLS");
        }
        if (cause instanceof SslHandshakeTimeoutException) {
            return new TlsFailure(Kind.TIMEOUT, "the TLS handshake took too long");
        }
        if (cause instanceof ClosedChannelException
                || cause instanceof EOFException
                || cause instanceof SslClosedEngineException) {
            return closed();
        }
        if (cause instanceof RejectedExecutionException) {
            return new TlsFailure(Kind.OTHER, "the proxy is stopping");
        }
        if (cause instanceof SSLException) {
            return ReasonText.read(String.valueOf(cause.getMessage()));
        }
        if (cause instanceof CertificateException) {
            return new TlsFailure(Kind.BAD_CERTIFICATE, "it showed a certificate that can't be read");
        }
        return cause instanceof IOException ? closed() : ReasonText.other();
    }

    static TlsFailure closed() {
        return new TlsFailure(Kind.CLOSED, "it closed the connection during the TLS handshake");
    }
}
