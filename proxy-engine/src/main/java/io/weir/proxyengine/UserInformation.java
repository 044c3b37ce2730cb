package io.weir.proxyengine;

/** Takes out of URLs what stands before an {@code @} in their authority: a name, often with a password (RFC 3986 §3.2.1). Stateless. */
final class UserInformation {
    private UserInformation() {}

    /** Of a text that is one URL, or a part of one: behind each {@code ://}, and at the start if an authority stands there. */
    static String cutFromUrl(String url) {
        return url.indexOf('@') < 0 ? url : cut(url, startOfAuthority(url));
    }

    /** Of a text in which there may be URLs: behind each {@code ://}. */
    static String cutWithin(String text) {
        return text.indexOf('@') < 0 ? text : cut(text, -1);
    }

    private static String cut(String url, int atStart) {
        var result = new StringBuilder(url.length());
        int copied = 0;
        int authority = atStart >= 0 ? atStart : nextAuthority(url, 0);
        while (authority >= 0) {
            int at = lastAt(url, authority);
            if (at >= 0) {
                result.append(url, copied, authority);
                copied = at + 1;
            }
            authority = nextAuthority(url, Math.max(authority, copied));
        }
        return result.append(url, copied, url.length()).toString();
    }

    private static int nextAuthority(String url, int from) {
        int scheme = url.indexOf("://", from);
        return scheme < 0 ? -1 : afterSlashes(url, scheme + 3);
    }

    /** Where an authority begins at the start of a URL; -1 if none does. Lenient, as browsers are: one slash will do, or backslashes. */
    private static int startOfAuthority(String url) {
        int slashes = afterSlashes(url, 0);
        if (slashes > 0) {
            return slashes > 1 ? slashes : -1;
        }
        int colon = url.indexOf(':');
        if (colon < 0 || colon > endOfAuthority(url, 0)) {
            return -1; // a relative reference
        }
        int authority = afterSlashes(url, colon + 1);
        return authority == colon + 1 ? 0 : authority; // user:password@host, or mailto: which is no loss
    }

    private static int afterSlashes(String url, int from) {
        int at = from;
        while (at < url.length() && (url.charAt(at) == '/' || url.charAt(at) == '\\')) {
            at++;
        }
        return at;
    }

    private static int endOfAuthority(String url, int from) {
        int end = from;
        while (end < url.length() && "/\\?#".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    private static int lastAt(String url, int authority) {
        int at = endOfAuthority(url, authority) - 1;
        while (at >= authority && url.charAt(at) != '@') {
            at--;
        }
        return at >= authority ? at : -1;
    }
}
