package io.weir.proxyengine;

/** What the handlers above TLS hear when their peer sends nothing more. */
enum StreamEnd {
    /** It said so: by close_notify, or by FIN where there is no TLS. */
    ORDERLY("the client left", "the origin ended the connection without a whole answer"),
    /** FIN without close_notify: what came may be a part of the whole (RFC 8446 §6.1). */
    TRUNCATED("the client's stream was truncated", "the origin's stream was truncated");

    private final String ofClient;
    private final String ofOrigin;

    StreamEnd(String ofClient, String ofOrigin) {
        this.ofClient = ofClient;
        this.ofOrigin = ofOrigin;
    }

    /** What to say of an exchange in whose middle the client ended so. */
    String ofClient() {
        return ofClient;
    }

    /** The same of the origin. */
    String ofOrigin() {
        return ofOrigin;
    }
}
