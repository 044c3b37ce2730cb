package io.weir.proxyengine;

/** What the handlers above TLS hear when their peer sends nothing more. */
enum StreamEnd {
    /** It said so: by close_notify, or by FIN where there is no TLS. */
    ORDERLY,
    /** FIN without close_notify: what came may be a part of the whole (RFC 8446 §6.1). */
    TRUNCATED
}
