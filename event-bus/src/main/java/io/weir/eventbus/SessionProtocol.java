package io.weir.eventbus;

/** What kind of traffic a session carries. The code is part of the journal's format and is never used again for another. */
public enum SessionProtocol {
    /** A plain HTTP exchange through the proxy. */
    HTTP(1, "HTTP"),
    /** A CONNECT tunnel whose bytes are passed on unread. */
    HTTPS_TUNNEL(2, "HTTPS-Tunnel"),
    /** A CONNECT tunnel with TLS that is intercepted, or an exchange inside one. */
    HTTPS_MITM(3, "HTTPS-MITM"),
    /** A CONNECT tunnel with plain HTTP that is read, or an exchange inside one. */
    HTTP_MITM(4, "HTTP-MITM");

    private static final SessionProtocol[] BY_CODE = {null, HTTP, HTTPS_TUNNEL, HTTPS_MITM, HTTP_MITM};

    private final int code;
    private final String label;

    SessionProtocol(int code, String label) {
        this.code = code;
        this.label = label;
    }

    /** The number that stands for it in the journal. */
    public int code() {
        return code;
    }

    /** The name that dashboards and reports show. */
    public String label() {
        return label;
    }

    /**
     * The protocol of a journal code.
     *
     * @throws IllegalArgumentException if no protocol has that code
     */
    public static SessionProtocol ofCode(int code) {
        if (code < 1 || code >= BY_CODE.length) {
            throw new IllegalArgumentException("unknown session protocol " + code);
        }
        return BY_CODE[code];
    }
}
