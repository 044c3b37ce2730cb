package io.weir.proxyengine.tls;

/** Something about TLS that was asked for can't be done. The message says what was tried, on what, what was found, and what to do. */
public final class TlsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TlsException(String message) {
        super(message);
    }

    TlsException(String message, Throwable cause) {
        super(message, cause);
    }
}
