package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.weir.eventbus.CloseReason;

/** One stream of an {@link Http2Origin}. Event loop of its connection. */
final class Http2OriginStream implements OriginSide, StreamWriter.Listener {
    private final Http2Origin connection;
    private final int id;
    private final InterceptedExchange exchange;
    private final OriginFacts facts;
    private final StreamWriter writer;
    private boolean begun;

    Http2OriginStream(Http2Origin connection, int id, InterceptedExchange exchange, OriginFacts facts) {
        this.connection = connection;
        this.id = id;
        this.exchange = exchange;
        this.facts = facts;
        writer = new StreamWriter(connection.link(), id, this);
    }

    @Override
    public OriginFacts facts() {
        return facts;
    }

    @Override
    public void request(RequestHead head, boolean last) {
        writer.headers(Http2Fields.toHttp2(head), last);
    }

    @Override
    public void content(ByteBuf data, boolean last) {
        if (writer.isClosed() || (!data.isReadable() && !last)) {
            data.release();
        } else {
            writer.data(data, last);
        }
    }

    @Override
    public void trailers(HttpHeaders fields) {
        if (!writer.isClosed()) {
            writer.headers(Http2Fields.trailers(fields), true);
        }
    }

    @Override
    public void flush() {
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
    public void abandon() {
        writer.reset(Http2Error.CANCEL);
    }

    /** Whether the head, or the trailers, were sound. */
    boolean headersRead(Http2Headers headers, boolean end) {
        if (begun) {
            HttpHeaders fields = Http2Fields.fields(headers);
            if (fields == null) {
                exchange.originGone(CloseReason.BAD_RESPONSE, "the origin's trailers are malformed");
                return false;
            }
            exchange.responseTrailers(fields);
            return true;
        }
        ResponseHead head = Http2Fields.response(headers);
        if (head == null) {
            exchange.originGone(CloseReason.BAD_RESPONSE, "the origin's response is malformed");
            return false;
        }
        begun = !head.isInterim();
        exchange.response(head);
        if (end) {
            exchange.responseContent(Unpooled.EMPTY_BUFFER, true);
        }
        return true;
    }

    /** Takes over the reference. */
    void dataRead(ByteBuf data, boolean end) {
        exchange.responseContent(data, end);
    }

    void resetRead(long code) {
        Http2Error error = Http2Error.valueOf(code);
        exchange.originReset(error == null ? Http2Error.INTERNAL_ERROR : error);
    }

    int id() {
        return id;
    }

    /** The origin says that it has done nothing about the request, and will not (RFC 9113 §6.8). */
    void unseen() {
        exchange.originReset(Http2Error.REFUSED_STREAM);
    }

    void readComplete() {
        exchange.responseReadComplete();
    }

    /** The connection carries no more of it. */
    void inputEnded(StreamEnd end) {
        exchange.originGone(CloseReason.ORIGIN_ABORTED, end.ofOrigin());
    }

    /** The codec has closed the stream. */
    void closed() {
        if (!exchange.isResponseEnded()) {
            exchange.originGone(CloseReason.ORIGIN_RESET, "the origin broke the connection");
        }
        writer.closed();
    }

    @Override
    public void writable() {
        exchange.originWritable();
    }

    @Override
    public void writeFailed(Throwable cause) {
        exchange.originGone(CloseReason.ORIGIN_RESET, "the origin took no more of the stream");
        writer.reset(Http2Error.INTERNAL_ERROR);
    }

    @Override
    public void done() {
        connection.over(id);
        exchange.originDone();
    }
}
