package io.weir.proxyengine;

import org.jspecify.annotations.Nullable;

/**
 * The target of a plain request in absolute form, taken apart (RFC 9112 §3.2.2). Immutable.
 *
 * @param authority whom it is for
 * @param originForm what the origin is asked for: path and query, or {@code *}
 * @param ledgerUrl for the ledger and the dashboard: without the values of the query
 */
record HttpTarget(Authority authority, String originForm, String ledgerUrl) {
    static final int HTTP_PORT = 80;
    private static final String SCHEME = "http://";

    static boolean isHttp(String uri) {
        return uri.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    /**
     * Parses {@code http://authority[/path][?query]}.
     *
     * @param asteriskIfEmpty whether no path means {@code *}, as it does for OPTIONS
     * @return null if it is malformed
     */
    static @Nullable HttpTarget parse(String uri, boolean asteriskIfEmpty) {
        if (!isHttp(uri)) {
            return null;
        }
        int start = SCHEME.length();
        int end = start;
        while (end < uri.length() && uri.charAt(end) != '/' && uri.charAt(end) != '?') {
            end++;
        }
        Authority authority = Authority.parse(withoutEmptyPort(uri.substring(start, end)), HTTP_PORT);
        if (authority == null || !isVisible(uri, end)) {
            return null;
        }
        String rest = uri.substring(end);
        String originForm;
        if (rest.isEmpty()) {
            originForm = asteriskIfEmpty ? "*" : "/";
        } else {
            originForm = rest.charAt(0) == '?' ? '/' + rest : rest;
        }
        return new HttpTarget(authority, originForm, SCHEME + authority.hostField(HTTP_PORT) + ledgerPath(originForm));
    }

    /** {@code http://host:/} is legal and means the default port (RFC 3986 §3.2.3). */
    private static String withoutEmptyPort(String authority) {
        return authority.endsWith(":") && !authority.endsWith("::")
                ? authority.substring(0, authority.length() - 1)
                : authority;
    }

    private static String ledgerPath(String originForm) {
        int query = originForm.indexOf('?');
        return query < 0 ? originForm : originForm.substring(0, query) + "?...";
    }

    /** Only visible ASCII, and no fragment, may stand in a target. */
    private static boolean isVisible(String uri, int from) {
        for (int i = from; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#' || c == '\\') {
                return false;
            }
        }
        return true;
    }
}
