package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * One stream of a {@link MultiplexedClient} as a channel of its own, on which the client seems to speak HTTP/1.1, so that whoever serves clients need not know of HTTP/2: a
 * connection for one request, which becomes a tunnel after CONNECT. Reads as much as it is asked to, and gives the stream's window back for that only; what is written to it
 * is kept until the socket beneath has taken the frames that hold it. FIN is END_STREAM, a reset RST_STREAM. Its bytes are counted by the {@link FrameLedger},
 * as frames, and by nobody else. Event loop of the connection.
 */
final class StreamChannel extends SocketlessChannel implements StreamResponse.Sink {
    private final MultiplexedClient connection;
    private final int id;
    private final StreamCount count;
    private final StreamRequest request;
    private final StreamResponse response;
    private final ArrayDeque<ByteBuf> unread = new ArrayDeque<>();
    private final SmallPieces pieces = new SmallPieces();
    private final ArrayDeque<Message> unwritten = new ArrayDeque<>();
    private Message writing = new Message();
    private boolean wanted;
    private boolean delivering;
    private boolean deliverySoon;
    private boolean endRead;
    private boolean endTold;
    private boolean resetSent;
    private boolean streamClosed;

    /** One message that was written, and how many frames of it are under way. */
    private static final class Message {
        private int frames = 1; // with the one who makes them
    }

    StreamChannel(MultiplexedClient connection, int id, StreamCount count, StreamRequest request) {
        super(connection.channel(), connection.caller().address());
        this.connection = connection;
        this.id = id;
        this.count = count;
        this.request = request;
        response = new StreamResponse(request, this);
    }

    /** Its number on the connection. */
    int stream() {
        return id;
    }

    /** What counts the stream. */
    StreamCount count() {
        return count;
    }

    /** Hands the request's head to the pipeline. */
    void begin(boolean end) {
        request.begin(pipeline());
        pipeline().fireChannelReadComplete();
        if (end) {
            endRead = true;
            deliver();
        }
    }

    // ---- what the client sends ----

    /** Takes over the reference. */
    void dataRead(ByteBuf data, boolean end) {
        endRead |= end;
        if (isOpen()) {
            pieces.pass(data, end, !wanted, (piece, last) -> unread.add(piece));
        } else {
            data.release();
        }
        connection.readSomething(this);
    }

    /** The request's fields that come after its content; it has ended. */
    void trailersRead(HttpHeaders trailers) {
        request.trailers(trailers);
        endRead = true;
        connection.readSomething(this);
    }

    /** Whether what comes after the head, beside content, belongs to a message. */
    boolean mayTrail() {
        return !request.isConnect();
    }

    @Override
    protected void doBeginRead() {
        wanted = true;
        if (!delivering && !deliverySoon && !unread.isEmpty()) {
            deliverySoon = true;
            eventLoop().execute(() -> {
                deliverySoon = false;
                deliver();
            });
        }
    }

    /** Hands on what was read, as far as it is wanted. */
    void deliver() {
        if (delivering) {
            return;
        }
        delivering = true;
        try {
            pieces.flush((piece, last) -> unread.add(piece));
            if (isOpen() && wanted && !unread.isEmpty()) {
                deliverUnread();
            }
            if (isOpen() && endRead && !endTold && unread.isEmpty()) {
                endTold = true;
                request.end(pipeline());
                pipeline().fireChannelReadComplete();
                inputEnded();
            }
        } finally {
            delivering = false;
        }
    }

    private void deliverUnread() {
        int bytes = 0;
        do {
            ByteBuf next = unread.remove();
            bytes += next.readableBytes();
            if (next.isReadable()) {
                request.content(pipeline(), next);
            } else {
                next.release();
            }
        } while (isOpen() && !unread.isEmpty() && config().isAutoRead());
        wanted = false;
        pipeline().fireChannelReadComplete(); // which asks for more if that is wanted
        connection.passedOn(id, bytes, unread.isEmpty() && config().isAutoRead());
        if (wanted && !unread.isEmpty()) {
            delivering = false;
            doBeginRead();
        }
    }

    // ---- what the client gets ----

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        List<ByteBuf> fresh = new ArrayList<>();
        var each = new ChannelOutboundBuffer.MessageProcessor() {
            private int passed = unwritten.size();

            @Override
            public boolean processMessage(Object message) {
                if (passed-- <= 0) {
                    fresh.add((ByteBuf) message);
                }
                return true;
            }
        };
        in.forEachFlushedMessage(each);
        for (ByteBuf bytes : fresh) {
            if (!isOpen()) {
                return; // a frame could not be written
            }
            var message = new Message();
            unwritten.add(message);
            writing = message;
            response.write(bytes.duplicate());
            message.frames--;
        }
        removeWritten();
        connection.flush();
    }

    @Override
    public void headers(Http2Headers headers, boolean last) {
        connection.link().encoder().writeHeaders(connection.link().context(), id, headers, 0, last, newFrame());
    }

    @Override
    public void data(ByteBuf content, boolean last) {
        connection.link().encoder().writeData(connection.link().context(), id, content, 0, last, newFrame());
    }

    private ChannelPromise newFrame() {
        Message message = writing;
        message.frames++;
        return connection.link().context().newPromise().addListener(written -> written(message, written));
    }

    private void written(Message message, Future<?> frame) {
        message.frames--;
        Throwable cause = frame.cause();
        if (cause == null) {
            removeWritten();
        } else if (isOpen()) {
            unsafe().close(voidPromise()); // fails what waits
        }
    }

    private void removeWritten() {
        Message first = unwritten.peek();
        while (first != null && first.frames == 0) {
            unwritten.remove();
            ChannelOutboundBuffer out = unsafe().outboundBuffer();
            if (out != null) {
                out.remove();
            }
            first = unwritten.peek();
        }
        if (first == null && response.isDone() && !endRead) {
            reset(Http2Error.NO_ERROR); // nobody waits for the request's rest (RFC 9113 §8.1)
        }
    }

    @Override
    protected void doShutdownOutput() {
        outputNowShutdown();
        if (response.isTunnel()) {
            data(Unpooled.EMPTY_BUFFER, true);
        } else if (!response.isDone()) {
            reset(Http2Error.INTERNAL_ERROR); // an end now would pass for the message's
        }
        connection.flush();
    }

    private void reset(Http2Error error) {
        if (!resetSent && !streamClosed) {
            resetSent = true;
            connection.reset(id, error);
        }
    }

    // ---- ends ----

    /** The codec has closed the stream: in order, by a reset of either side, or with the connection. */
    void streamClosed() {
        streamClosed = true;
        if (isOpen() && !isOrderly()) {
            if (response.isDone() && unwritten.isEmpty()) {
                inputEnded();
            } else {
                unsafe().close(voidPromise());
            }
        }
        maybeOver();
    }

    /** The connection carries nothing more. What is left to hand on of a stream that has ended in order goes its way all the same. */
    void cut() {
        boolean lives = streamClosed && isOrderly();
        streamClosed = true;
        if (!lives) {
            unsafe().close(voidPromise());
        }
        maybeOver();
    }

    /** Whether both sides have said all that they had to say. */
    private boolean isOrderly() {
        return endRead && (response.isDone() || isOutputShutdown());
    }

    @Override
    protected void doClose() {
        boolean isWritten = unwritten.isEmpty() && (response.isDone() || isOutputShutdown());
        nowClosed();
        pieces.release();
        unread.forEach(ByteBuf::release);
        unread.clear();
        if (!isWritten || config().getSoLinger() == 0) {
            reset(request.isConnect() ? Http2Error.CONNECT_ERROR : Http2Error.INTERNAL_ERROR);
        } else if (!endRead) {
            reset(Http2Error.NO_ERROR);
        }
        connection.flush();
        maybeOver();
    }

    private void maybeOver() {
        if (streamClosed && !isOpen()) {
            connection.over(this);
        }
    }
}
