package io.weir.proxyengine;

import org.jspecify.annotations.Nullable;

/**
 * The target of a plain request in absolute form, taken apart (RFC 9112 §3.2.2). Immutable.
 *
 * @param site whom it is for
 * @param originForm what the origin is asked for: path and query, or {@code *}
 * @param ledgerUrl for the ledger and the dashboard: without the values of the query
 */
record HttpTarget(Site site, String originForm, String ledgerUrl) {
    private static final String SCHEME = "http://";

    static boolean isHttp(String uri) {
        return uri.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    /**
     * Parses {@code http://authority[/path][?query]}.
     *
     * @param asteriskIfEmpty whether no path means {@code *}, as it does for OPTIONS
     * @param latest the site of the request before, which is likely to be this one's too
     * @return null if it is malformed
     */
    static @Nullable HttpTarget parse(String uri, boolean asteriskIfEmpty, Site latest) {
        if (!isHttp(uri)) {
            return null;
        }
        int start = SCHEME.length();
        int end = start;
        while (end < uri.length() && uri.charAt(end) != '/' && uri.charAt(end) != '?') {
            end++;
        }
        Site site = site(uri, start, end, latest);
        if (site.equals(Site.NONE) || !isVisible(uri, end)) {
            return null;
        }
        String rest = uri.substring(end);
        String originForm;
        if (rest.isEmpty()) {
            originForm = asteriskIfEmpty ? "*" : "/";
        } else {
            originForm = rest.charAt(0) == '?' ? '/' + rest : rest;
        }
        return new HttpTarget(site, originForm, SCHEME + site.hostField() + ledgerPath(originForm));
    }

    private static Site site(String uri, int start, int end, Site latest) {
        String known = latest.text();
        boolean isKnown = known.length() == end - start && uri.startsWith(known, start);
        return isKnown ? latest : Site.parse(uri.substring(start, end));
    }

    /** The whole of it, with the values of the query. */
    String url() {
        return SCHEME + site.hostField() + originForm;
    }

    /** As a proxy is asked for it (RFC 9112 §3.2.2); {@code OPTIONS *} has no path there (§3.2.4). */
    String absoluteForm() {
        return originForm.equals("*") ? SCHEME + site.hostField() : url();
    }

    /** The authority as the ledger and people see it. */
    Authority authority() {
        return site.authority();
    }

    static String ledgerPath(String originForm) {
        int query = originForm.indexOf('?');
        return query < 0 ? originForm : originForm.substring(0, query) + "?...";
    }

    static boolean isVisible(String target) {
        return !target.isEmpty() && isVisible(target, 0);
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
