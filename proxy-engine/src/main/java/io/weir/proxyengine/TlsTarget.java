package io.weir.proxyengine;

import java.util.List;

/**
 * How to speak with the origin of a tunnel. Immutable.
 *
 * @param isTls whether there is TLS; else the rest says what is spoken without
 * @param name whom the client expects there: what it named in its ClientHello, or whom it asked the tunnel for
 * @param protocols what to offer by ALPN (RFC 7301), the preferred first
 * @param postQuantum whether the client can agree on keys that no quantum computer finds: the origin is to be asked for no less
 */
record TlsTarget(boolean isTls, String name, List<String> protocols, boolean postQuantum) {
    static final String HTTP_2 = "h2";
    static final String HTTP_1_1 = "http/1.1";

    TlsTarget {
        protocols = List.copyOf(protocols);
    }

    static TlsTarget plain(String name, boolean isHttp2) {
        return new TlsTarget(false, name, isHttp2 ? List.of(HTTP_2) : List.of(), false);
    }

    /** Whether HTTP/2 is spoken where nothing is agreed on. */
    boolean isHttp2() {
        return !isTls && protocols.contains(HTTP_2);
    }

    TlsTarget offering(List<String> other) {
        return new TlsTarget(isTls, name, other, postQuantum);
    }
}
