package io.weir.proxyengine;

import io.netty.buffer.Unpooled;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.util.ReferenceCountUtil;
import io.weir.eventbus.CloseReason;
import org.jspecify.annotations.Nullable;

/**
 * What passes from the client to the origin in an {@link Exchange}. The body stays in the client's decoder until there is an origin to take it, and the client is read no
 * faster than that takes it. Event loop of both channels.
 */
final class RequestHalf {
    private final EngineLoop loop;
    private final SocketChannel client;
    private final RequestDecoder requests;
    private final RequestSide request;
    private final ResponseSide response;
    private final OriginLeg leg;
    private final ExchangeEnds ends;
    private final @Nullable PlainRecording recording;
    private boolean headSent;
    private boolean clientEnded;

    RequestHalf(
            EngineLoop loop,
            SocketChannel client,
            RequestDecoder requests,
            RequestSide request,
            ResponseSide response,
            OriginLeg leg,
            ExchangeEnds ends,
            @Nullable PlainRecording recording) {
        this.loop = loop;
        this.client = client;
        this.requests = requests;
        this.request = request;
        this.response = response;
        this.leg = leg;
        this.ends = ends;
        this.recording = recording;
        clientEnded = client.isInputShutdown(); // it may have ended while an earlier request was served
    }

    /** An origin takes it now. */
    void begin(OriginHandler connection) {
        headSent = true;
        request.writeHead(connection);
        loop.http().flushes().flushSoon(connection.channel());
        if (!request.isComplete()) {
            resume();
        }
    }

    private void resume() {
        client.config().setAutoRead(true);
        try {
            requests.resume();
        } catch (Exception e) {
            client.pipeline().fireExceptionCaught(e);
        }
    }

    void content(HttpContent content) {
        OriginHandler connection = leg.connection();
        if (ends.isOver() || connection == null || request.isComplete()) {
            ReferenceCountUtil.release(content);
            return;
        }
        if (content.decoderResult().isFailure()) {
            ReferenceCountUtil.release(content);
            malformed();
            return;
        }
        SocketChannel channel = connection.channel();
        if (recording != null) {
            recording.requestContent(content);
        }
        request.write(channel, content);
        if (!channel.isWritable()) {
            channel.flush();
            if (!channel.isWritable()) {
                client.config().setAutoRead(false);
            }
        }
    }

    private void malformed() {
        if (response.isBegun()) {
            ends.breakOff(CloseReason.BAD_REQUEST, true);
        } else {
            ends.refuse(Refusal.badRequest("the request's body is malformed"));
        }
    }

    void readComplete() {
        OriginHandler connection = leg.connection();
        if (connection != null && headSent) {
            loop.http().flushes().flushSoon(connection.channel());
            if (clientEnded && !request.isComplete()) {
                brokeOff(connection);
            }
        }
    }

    /** The client sends nothing more; what it asked for in full it may still get. */
    void ended() {
        clientEnded = true;
        readComplete(); // before there is an origin, the rest of the request may still wait in the decoder
    }

    private void brokeOff(OriginHandler connection) {
        if (!response.isBegun()) {
            ends.abort(CloseReason.CLIENT_ABORTED);
        } else {
            SocketChannel channel = connection.channel();
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                    .addListener(flushed -> channel.shutdownOutput()); // it learns that no more comes of the request
        }
    }

    void originWritabilityChanged() {
        OriginHandler connection = leg.connection();
        if (connection != null && connection.channel().isWritable() && !client.isInputShutdown()) {
            client.config().setAutoRead(true);
        }
    }
}
