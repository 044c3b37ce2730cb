package io.weir.proxyengine;

/**
 * Whom a plain request is for, with the texts that each request needs of it. Immutable.
 *
 * @param text as the client wrote it
 * @param authority what that means
 * @param hostField for the Host field, and for URLs: without the port if it is HTTP's
 * @param ledgerHost for the ledger: always with the port
 */
record Site(String text, Authority authority, String hostField, String ledgerHost) {
    static final int HTTP_PORT = 80;

    /** No site: no request has this text. */
    static final Site NONE = of("", new Authority("", HTTP_PORT));

    /** Takes an authority for a site, or answers {@link #NONE} if it is malformed. */
    static Site parse(String text) {
        Authority authority = Authority.parse(withoutEmptyPort(text), HTTP_PORT);
        return authority == null ? NONE : of(text, authority);
    }

    private static Site of(String text, Authority authority) {
        return new Site(text, authority, authority.hostField(HTTP_PORT), authority.toString());
    }

    /** {@code http://host:/} is legal and means the default port (RFC 3986 §3.2.3). */
    private static String withoutEmptyPort(String authority) {
        return authority.endsWith(":") && !authority.endsWith("::")
                ? authority.substring(0, authority.length() - 1)
                : authority;
    }
}
