package io.weir.proxyengine;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpVersion;

/**
 * The head of a request inside an intercepted tunnel, whatever version of HTTP brought it. The fields pass on with it and are the next
 * owner's to change.
 *
 * @param method as it came
 * @param scheme {@code https} or {@code http}
 * @param authority whom it is for, from the Host field or {@code :authority}; empty if neither was there
 * @param target request target of HTTP/1.1, or {@code :path}
 * @param fields without pseudo-fields
 * @param version what the client speaks
 * @param protocol {@code :protocol} of an extended CONNECT (RFC 8441 §4); else empty
 */
record RequestHead(
        String method,
        String scheme,
        String authority,
        String target,
        HttpHeaders fields,
        HttpVersion version,
        String protocol) {
    /** HTTP/2 as a version among Netty's. */
    static final HttpVersion HTTP_2 = HttpVersion.valueOf("HTTP/2.0");

    boolean isHttp2() {
        return version.majorVersion() == 2;
    }

    /** Path and query, whether the target is in origin form or in absolute form (RFC 9112 §3.2); else the target as it is. */
    String path() {
        int from = authorityStart();
        if (from < 0) {
            return target;
        }
        int at = authorityEnd(from);
        if (at == target.length()) {
            return method.equals("OPTIONS") ? "*" : "/";
        }
        return target.charAt(at) == '?' ? '/' + target.substring(at) : target.substring(at);
    }

    /** Whom it is for: a target that says so counts more than the Host field (RFC 9112 §3.2.2). */
    String targetAuthority() {
        int from = authorityStart();
        String named = from >= 0 ? target.substring(from, authorityEnd(from)) : method.equals("CONNECT") ? target : "";
        return !named.isEmpty() && Authority.parse(named, 443) != null ? named : authority;
    }

    /** -1 if the target is not in absolute form. */
    private int authorityStart() {
        int colon = isHttp2() || target.startsWith("/") ? -1 : target.indexOf("://");
        return colon < 0 ? -1 : colon + 3;
    }

    private int authorityEnd(int from) {
        int at = from;
        while (at < target.length() && target.charAt(at) != '/' && target.charAt(at) != '?') {
            at++;
        }
        return at;
    }

    /** The version's name as people know it. */
    static String name(HttpVersion version) {
        return version.majorVersion() == 2 ? "HTTP/2" : version.text();
    }
}
