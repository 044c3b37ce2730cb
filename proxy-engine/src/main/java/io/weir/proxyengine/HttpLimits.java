package io.weir.proxyengine;

import io.netty.handler.codec.http.HttpDecoderConfig;

/** How large a message's head may be, and how its body is cut. */
final class HttpLimits {
    static final int START_LINE_BYTES = 16 * 1024;
    static final int HEAD_BYTES = 64 * 1024;
    static final int FIELDS = 100;
    static final int METHOD_BYTES = 64;

    /** Bytes of later requests that may wait while one is served; then the client is not read. */
    static final int PIPELINED_BYTES = 64 * 1024;

    private static final int CONTENT_BYTES = 256 * 1024;

    private HttpLimits() {}

    static HttpDecoderConfig decoderConfig() {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(START_LINE_BYTES)
                .setMaxHeaderSize(HEAD_BYTES)
                .setMaxChunkSize(CONTENT_BYTES)
                .setAllowPartialChunks(true)
                .setHeadersFactory(ReceivedHeaders.FACTORY)
                .setTrailersFactory(ReceivedHeaders.FACTORY)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true);
    }
}
