package io.weir.proxyengine;

/** The users cannot be read. The message names all faults of their file. */
public final class UsersException extends EngineException {
    private static final long serialVersionUID = 1;

    UsersException(String message, Throwable cause) {
        super(message, cause);
    }
}
