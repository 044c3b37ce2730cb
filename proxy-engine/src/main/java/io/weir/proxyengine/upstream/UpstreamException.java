package io.weir.proxyengine.upstream;

import org.jspecify.annotations.Nullable;

/** An upstream cannot be used as it was configured. The message says which, and what was found. */
public final class UpstreamException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String upstream;

    /** With what is wrong. */
    public UpstreamException(String message) {
        super(message);
        upstream = "";
    }

    /** With what is wrong with one of them, and why. */
    UpstreamException(Upstream which, String message, @Nullable Throwable cause) {
        super(message, cause);
        upstream = which.name();
    }

    /** The name of the one that cannot be used; empty if it is not about one. */
    public String upstream() {
        return upstream;
    }
}
