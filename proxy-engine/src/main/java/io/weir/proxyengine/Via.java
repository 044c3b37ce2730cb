package io.weir.proxyengine;

import io.netty.handler.codec.http.HttpVersion;

/** What this node adds to the Via field of a message that it passes on (RFC 9110 §7.6.3). Immutable. */
final class Via {
    private final String afterHttp11;
    private final String afterHttp10;
    private final String afterHttp2;

    Via(String nodeName) {
        afterHttp11 = "1.1 " + nodeName;
        afterHttp10 = "1.0 " + nodeName;
        afterHttp2 = "2 " + nodeName;
    }

    /** For a message that was received in {@code version}, which is one of the three. */
    String after(HttpVersion version) {
        if (version.majorVersion() == 2) {
            return afterHttp2;
        }
        return version.equals(HttpVersion.HTTP_1_0) ? afterHttp10 : afterHttp11;
    }
}
