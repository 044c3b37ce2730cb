package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Netty's response decoder, told which request its response answers, and with an eye on each byte it takes. Event loop of its
 * channel.
 *
 * <p>After a final response it takes nothing more: whatever then waits was not asked for, and the connection must not be used again.
 */
final class ResponseDecoder extends HttpResponseDecoder {
    private final ByteSink sink;
    private boolean expecting;
    private boolean answersHead;
    private boolean answersConnect;
    private boolean finalSeen;
    private boolean switched;
    private boolean broken;
    private boolean ended;

    /** Of a response to HEAD, as Netty takes its Transfer-Encoding away; null else. */
    private @Nullable HttpHeaders complete;

    ResponseDecoder(ByteSink sink) {
        super(HttpLimits.decoderConfig());
        this.sink = sink;
    }

    /** A request was sent on a clean connection. */
    void expectResponseTo(HttpMethod method) {
        expecting = true;
        answersHead = method.equals(HttpMethod.HEAD);
        answersConnect = method.equals(HttpMethod.CONNECT);
        finalSeen = false;
    }

    /** Bytes that were read and belong to no response, or to one that nobody waits for any more. */
    int leftOverBytes() {
        return ended ? 0 : actualReadableBytes();
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out) throws Exception {
        if (!expecting || switched || broken) {
            return;
        }
        int before = buffer.readerIndex();
        super.decode(ctx, buffer, out);
        int taken = buffer.readerIndex() - before;
        if (taken > 0 && !ended) {
            sink.consumed(taken);
        }
        for (Object message : out) {
            if (message instanceof HttpResponse response) {
                if (complete != null) {
                    response.headers().set(complete);
                    complete = null;
                }
                HttpResponseStatus status = response.status();
                switched = status.code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code() || isTunnel(status);
                finalSeen = switched || status.codeClass() != HttpStatusClass.INFORMATIONAL;
            }
            if (message instanceof LastHttpContent && finalSeen) {
                expecting = false;
            }
        }
    }

    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out) throws Exception {
        if (!broken) {
            super.decodeLast(ctx, buffer, out);
        }
    }

    /** Only FIN ends a body that lasts until the close. A connection that is gone without FIN broke. */
    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        broken = true;
        end();
        super.channelInactive(ctx);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof ChannelInputShutdownEvent) {
            end();
        }
        super.userEventTriggered(ctx, event);
    }

    /** Netty's is about to decode or throw away what is left: it was read, so it counts. */
    private void end() {
        int left = leftOverBytes();
        ended = true;
        if (left > 0) {
            sink.consumed(left);
        }
    }

    /** Netty's takes a line without a colon for a field without a value if there is a blank in it. */
    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        if (line[start + length] != ':') {
            throw new IllegalArgumentException("a field's name does not end with its colon");
        }
        return super.splitHeaderName(line, start, length);
    }

    /** RFC 9110 §9.3.6: after a 2xx to a CONNECT there are no messages. */
    private boolean isTunnel(HttpResponseStatus status) {
        return answersConnect && status.codeClass() == HttpStatusClass.SUCCESS;
    }

    /** RFC 9112 §6.3: responses to HEAD, and 1xx, 204 and 304, end with their head. */
    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        if (message instanceof HttpResponse response) {
            HttpResponseStatus status = response.status();
            int code = status.code();
            if (answersHead && response.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)) {
                complete = response.headers().copy();
            }
            return answersHead
                    || isTunnel(status)
                    || status.codeClass() == HttpStatusClass.INFORMATIONAL
                    || code == 204
                    || code == 304;
        }
        return super.isContentAlwaysEmpty(message);
    }
}
