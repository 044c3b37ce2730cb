package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.weir.eventbus.CloseReason;
import org.jspecify.annotations.Nullable;

/**
 * One stream of an {@link Http2Client}. Event loop of its connection.
 *
 * <p>A response's head waits for what comes next, so that one without a body ends with its head: some clients of gRPC take nothing else for
 * a response that has only trailers.
 */
final class Http2ClientStream implements ClientSide, StreamWriter.Listener {
    private final Http2Client connection;
    private final int id;
    private final StreamWriter writer;
    private final InterceptedExchange exchange;
    private final boolean isHead;
    private @Nullable ResponseHead unwrittenHead;
    private boolean requestEnded;

    Http2ClientStream(Http2Client connection, int id, RequestHead head) {
        this.connection = connection;
        this.id = id;
        writer = new StreamWriter(connection.link(), id, this);
        isHead = head.method().equals("HEAD");
        exchange = connection.tunnel().exchanges().open(head, this);
        connection.frames().open(id, exchange.meter());
    }

    void begin(RequestHead head, boolean end) {
        requestEnded = end;
        connection.tunnel().exchanges().carry(exchange, head, end);
    }

    void trailersRead(Http2Headers headers) {
        requestEnded = true;
        HttpHeaders fields = Http2Fields.fields(headers);
        if (fields == null) {
            exchange.clientGone(CloseReason.BAD_REQUEST, "the request's trailers are malformed");
            writer.reset(Http2Error.PROTOCOL_ERROR);
        } else {
            exchange.requestTrailers(fields);
        }
    }

    /** Takes over the reference. */
    void dataRead(ByteBuf data, boolean end) {
        requestEnded = end;
        exchange.requestContent(data, end);
    }

    void resetRead(long code) {
        exchange.clientGone(CloseReason.CLIENT_ABORTED, "the client cancelled the stream: " + Http2Error.valueOf(code));
    }

    void readComplete() {
        exchange.requestReadComplete();
    }

    /** The connection carries no more of it. */
    void inputEnded(StreamEnd end) {
        exchange.clientGone(CloseReason.CLIENT_ABORTED, end.ofClient());
    }

    /** The codec has closed the stream. */
    void closed() {
        if (!exchange.isResponseEnded()) {
            exchange.clientGone(CloseReason.CLIENT_RESET, "the client broke the connection");
        }
        writer.closed();
    }

    @Override
    public void interim(ResponseHead head) {
        if (!writer.isClosed()) {
            writer.headers(Http2Fields.toHttp2(head), false);
            connection.flush();
        }
    }

    @Override
    public void response(ResponseHead head) {
        unwrittenHead = head;
    }

    private void writeHead(boolean last) {
        ResponseHead head = unwrittenHead;
        unwrittenHead = null;
        if (head != null && !writer.isClosed()) {
            writer.headers(Http2Fields.toHttp2(head), last);
        }
    }

    @Override
    public void content(ByteBuf data, boolean last) {
        if (writer.isClosed()) {
            data.release();
        } else if (unwrittenHead != null && last && !data.isReadable()) {
            data.release();
            writeHead(true);
        } else if (data.isReadable() || last) {
            writeHead(false);
            writer.data(data, last);
        } else {
            data.release();
        }
    }

    @Override
    public void trailers(HttpHeaders fields) {
        writeHead(false);
        if (!writer.isClosed()) {
            writer.headers(Http2Fields.trailers(fields), true);
        }
    }

    /** An answer that nobody waits behind for the request's rest ends the request, too (RFC 9113 §8.1). */
    @Override
    public void requestUnwanted() {
        if (!requestEnded) {
            connection.flush();
            writer.endBothSides();
        }
    }

    @Override
    public void flush() {
        writeHead(false);
        connection.flush();
    }

    @Override
    public boolean isWritable() {
        return writer.isWritable();
    }

    @Override
    public int backlog() {
        return writer.unwrittenBytes();
    }

    @Override
    public void passedOn(int bytes, boolean keepsUp) {
        if (connection.link().consume(id, bytes, keepsUp)) {
            connection.flush();
        }
    }

    @Override
    public void readOn(boolean on) {}

    @Override
    public void refuse(Refusal refusal) {
        unwrittenHead = null;
        byte[] text = HeadWriter.explanation(refusal);
        Http2Headers headers = new DefaultHttp2Headers(false)
                .status(refusal.status().codeAsText())
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(text.length))
                .set("proxy-status", connection.tunnel().loop().config().nodeName() + "; error=" + refusal.error())
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        if (!writer.isClosed()) {
            writer.headers(headers, isHead);
            if (!isHead) {
                writer.data(Unpooled.wrappedBuffer(text), true);
            }
            connection.flush();
            requestUnwanted();
        }
    }

    @Override
    public void breakOff(CloseReason reason, Http2Error error) {
        unwrittenHead = null;
        writer.reset(error);
    }

    @Override
    public boolean isHttp2() {
        return true;
    }

    @Override
    public void writable() {
        exchange.clientWritable();
    }

    @Override
    public void writeFailed(Throwable cause) {
        exchange.clientGone(CloseReason.CLIENT_RESET, "the client took no more of the stream");
        writer.reset(Http2Error.INTERNAL_ERROR);
    }

    @Override
    public void done() {
        connection.over(id);
        exchange.clientDone();
    }
}
