package io.weir.proxyengine;

/** The engine was asked for something it can't do, such as to listen on an address that is taken. The message says what to do. */
public class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With what was found underneath. */
    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }

    /** With nothing underneath. */
    public EngineException(String message) {
        super(message);
    }
}
