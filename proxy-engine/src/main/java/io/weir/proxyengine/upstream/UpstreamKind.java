package io.weir.proxyengine.upstream;

/** What an upstream speaks. */
public enum UpstreamKind {
    /** HTTP: CONNECT for tunnels, requests in absolute form (RFC 9112 §3.2.2). */
    HTTP("http", 8080),
    /** The same inside TLS. */
    HTTPS("https", 443),
    /** RFC 1928, which looks names up itself. */
    SOCKS5("socks5", 1080);

    private final String scheme;
    private final int usualPort;

    UpstreamKind(String scheme, int usualPort) {
        this.scheme = scheme;
        this.usualPort = usualPort;
    }

    /** As configurations write it. */
    public String scheme() {
        return scheme;
    }

    /** A port to give as an example. */
    public int usualPort() {
        return usualPort;
    }

    /** Whether it takes plain requests as they are, and need not be asked for a tunnel first. */
    public boolean speaksHttp() {
        return this != SOCKS5;
    }
}
