package io.weir.wsgateway;

/** The gateway could not do what was asked of it; the message says what was tried, on what, and what was found. */
public final class GatewayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GatewayException(String message) {
        super(message);
    }

    GatewayException(String message, Throwable cause) {
        super(message, cause);
    }
}
