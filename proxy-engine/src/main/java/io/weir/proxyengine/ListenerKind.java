package io.weir.proxyengine;

/** What clients of a listener speak first. */
public enum ListenerKind {
    /** HTTP/1.1 to a proxy, CONNECT included. */
    HTTP("http"),
    /** The same inside TLS. */
    HTTPS("https"),
    /** SOCKS5 (RFC 1928), SOCKS4 and SOCKS4a. */
    SOCKS5("socks5"),
    /** Any of them: the first byte tells. TLS only if the listener has a certificate. */
    MIXED("mixed");

    private final String scheme;

    ListenerKind(String scheme) {
        this.scheme = scheme;
    }

    /** How it is written before an address, as in {@code socks5://127.0.0.1:1080}. */
    public String scheme() {
        return scheme;
    }
}
