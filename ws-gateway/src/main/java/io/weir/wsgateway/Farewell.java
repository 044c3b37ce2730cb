package io.weir.wsgateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection so that its last words arrive. Event loop of the channel.
 *
 * <p>Closing a socket with unread input resets it, and a reset may overtake what was written. So only our side ends at
 * first; what still comes in is read and dropped, until the client closes too or a second has passed.
 */
final class Farewell {
    private static final AttributeKey<Boolean> SAID = AttributeKey.valueOf(Farewell.class, "said");
    private static final long LINGER_MILLIS = 1000;
    private static final long MAX_ANSWER_MILLIS = 30_000;

    private Farewell() {}

    /** Whether the connection is ending. */
    static boolean isSaid(Channel channel) {
        return channel.hasAttr(SAID);
    }

    /** Sends a close frame, once, and ends the connection, whether that could be written or not. */
    static void say(Channel channel, WebSocketCloseStatus status, String reason) {
        end(channel, new CloseWebSocketFrame(status, reason), LINGER_MILLIS);
    }

    /** Sends back the close frame of a client and ends the connection. Takes over the reference. */
    static void echo(Channel channel, CloseWebSocketFrame frame) {
        end(channel, frame, LINGER_MILLIS);
    }

    /** Writes an answer, which a slow client has some time to read, and ends the connection. Takes over the reference. */
    static void answer(Channel channel, FullHttpResponse response) {
        end(channel, response, MAX_ANSWER_MILLIS);
    }

    /** Writes the end of an answer that was written piece by piece, and ends the connection. Takes over the reference. */
    static void last(Channel channel, LastHttpContent content) {
        end(channel, content, MAX_ANSWER_MILLIS);
    }

    /** Closes without a word. */
    static void cut(Channel channel) {
        ChannelFuture unused = channel.close(); // there is nothing to do when it is closed, or already was
    }

    private static void end(Channel channel, Object lastWords, long maxMillis) {
        if (channel.attr(SAID).getAndSet(true) != null) {
            ReferenceCountUtil.release(lastWords);
            return;
        }
        closeAfter(channel, maxMillis);
        channel.writeAndFlush(lastWords).addListener(written -> {
            endOutput(channel);
            closeAfter(channel, LINGER_MILLIS);
        });
    }

    /** TLS has an end of its own, without which a client takes what came for cut off. */
    private static void endOutput(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            ChannelFuture unused = ((DuplexChannel) channel).shutdownOutput();
        } else {
            tls.closeOutbound().addListener(ended -> ((DuplexChannel) channel).shutdownOutput());
        }
    }

    private static void closeAfter(Channel channel, long millis) {
        Future<?> close = channel.eventLoop().schedule(() -> cut(channel), millis, TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> close.cancel(false));
    }
}
