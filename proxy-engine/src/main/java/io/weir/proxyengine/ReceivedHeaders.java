package io.weir.proxyengine;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.TooLongHttpHeaderException;

/**
 * The fields of a message as they are received. Refuses what the decoder would settle by itself before anybody sees it: a second
 * {@code Content-Length}, of which Netty takes the first in a message of HTTP/1.0, and fields without end.
 */
final class ReceivedHeaders extends DefaultHttpHeaders {
    static final HttpHeadersFactory FACTORY = new HttpHeadersFactory() {
        @Override
        public HttpHeaders newHeaders() {
            return new ReceivedHeaders();
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
            return new ReceivedHeaders();
        }
    };

    /** So many more than are allowed, because a proxy adds some of its own to those that were. */
    private static final int MAX = HttpLimits.FIELDS + 8;

    @Override
    public HttpHeaders add(CharSequence name, Object value) {
        if (size() >= MAX) {
            throw new TooLongHttpHeaderException("more than " + HttpLimits.FIELDS + " fields");
        }
        if (HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name) && contains(name)) {
            throw new IllegalArgumentException("two lengths");
        }
        return super.add(name, value);
    }
}
