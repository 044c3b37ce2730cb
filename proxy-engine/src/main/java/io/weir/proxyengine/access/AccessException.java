package io.weir.proxyengine.access;

/** A users file, a name or a hash can't be used. The message says where and why, and never holds a hash or a password. */
public final class AccessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AccessException(String message) {
        super(message);
    }

    AccessException(String message, Throwable cause) {
        super(message, cause);
    }
}
