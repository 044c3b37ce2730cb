package io.weir.proxyengine;

/** A listener cannot be had: its address, or its certificate. The message names all that cannot. */
public final class ListenException extends EngineException {
    private static final long serialVersionUID = 1;

    ListenException(String message) {
        super(message);
    }

    ListenException(String message, Throwable cause) {
        super(message, cause);
    }
}
