package io.weir.proxyengine;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/**
 * The head of a response to a request inside an intercepted tunnel, interim or final. The fields pass on with it.
 *
 * @param status as it came
 * @param fields without pseudo-fields
 * @param version what the origin speaks
 */
record ResponseHead(HttpResponseStatus status, HttpHeaders fields, HttpVersion version) {
    boolean isHttp2() {
        return version.majorVersion() == 2;
    }

    boolean isInterim() {
        return status.code() < 200 && status.code() != 101;
    }
}
