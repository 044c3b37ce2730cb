package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What has come of a request's body before there is an origin for it. Bounded by the stream's window, since nothing here counts as consumed.
 * Event loop only.
 */
final class EarlyContent {
    private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>(2);
    private final SmallPieces small = new SmallPieces();
    private boolean ended;
    private @Nullable HttpHeaders trailers;

    /** Keeps a piece, and the reference to it. */
    void add(ByteBuf data, boolean last, @Nullable HttpHeaders fields) {
        small.pass(data, false, true, (piece, unused) -> pieces.add(piece));
        ended |= last;
        trailers = fields;
    }

    void passTo(InterceptedExchange exchange) {
        small.flush((piece, unused) -> pieces.add(piece));
        HttpHeaders fields = trailers;
        if (ended && fields == null && pieces.isEmpty()) {
            pieces.add(Unpooled.EMPTY_BUFFER);
        }
        ByteBuf piece;
        while ((piece = pieces.poll()) != null) {
            exchange.requestContent(piece, ended && fields == null && pieces.isEmpty());
        }
        if (fields != null) {
            exchange.requestTrailers(fields);
        }
    }

    void release() {
        small.release();
        ByteBuf piece;
        while ((piece = pieces.poll()) != null) {
            piece.release();
        }
    }
}
