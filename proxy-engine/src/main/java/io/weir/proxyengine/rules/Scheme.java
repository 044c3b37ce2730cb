package io.weir.proxyengine.rules;

import java.util.Locale;

/** How a client asks. */
public enum Scheme {
    /** A plain request, to the proxy or in a tunnel that is read. */
    HTTP,
    /** For a tunnel, in HTTP. */
    CONNECT,
    /** For a tunnel, in SOCKS. */
    SOCKS,
    /** A request inside TLS that is read. */
    HTTPS;

    /** As rules write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
