package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.List;

/** A connection of HTTP/2 to the origin of an intercepted tunnel: each exchange is a stream. Event loop of its channel, which is the client's. */
final class Http2Origin extends HeadersListener implements ConnectionTail.Ends {
    private final OriginLinks links;
    private final EngineLoop loop;
    private final SocketChannel channel;
    private final OriginFacts facts;
    private final Http2Link link;
    private final WriteMeter writes = new WriteMeter();
    private final FrameMeter frames = new FrameMeter(false, Leg.ORIGIN_DOWN, Leg.ORIGIN_UP, writes);
    private final IntObjectMap<Http2OriginStream> streams = new IntObjectHashMap<>();
    private boolean used;

    Http2Origin(OriginLinks links, EngineLoop loop, SocketChannel channel, OriginFacts facts) {
        this.links = links;
        this.loop = loop;
        this.channel = channel;
        this.facts = facts;
        link = Http2Link.client(this, loop.http().windows());
        link.connection().addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                Http2OriginStream closed = streams.get(stream.id());
                if (closed != null) {
                    closed.closed();
                }
            }
        });
    }

    void begin() {
        channel.pipeline().addLast(writes, frames, link, new ConnectionTail(this));
        HeldInput.release(channel);
        channel.config().setAutoRead(true);
    }

    /** Whether it takes another stream. */
    boolean isOpen() {
        return channel.isActive() && !link.connection().goAwayReceived();
    }

    Http2OriginStream open(InterceptedExchange exchange) {
        int id = link.connection().local().incrementAndGetNextStreamId();
        OriginFacts seen =
                used ? new OriginFacts(facts.address(), facts.protocol(), facts.certificate(), -1, -1) : facts;
        used = true;
        var stream = new Http2OriginStream(this, id, exchange, seen);
        streams.put(id, stream);
        frames.open(id, exchange.meter());
        return stream;
    }

    Http2Link link() {
        return link;
    }

    void flush() {
        loop.http().flushes().flushSoon(channel);
    }

    void over(int id) {
        streams.remove(id);
        frames.close(id);
        if (streams.isEmpty() && !isOpen()) {
            links.close(channel);
        }
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
        links.settings(settings);
    }

    @Override
    public void onHeadersRead(ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean end)
            throws Http2Exception {
        Http2OriginStream stream = streams.get(id);
        if (stream == null && id % 2 == 0) {
            throw Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, "the origin opened stream %d", id);
        }
        if (stream != null && !stream.headersRead(headers, end)) {
            throw Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, "the response's head is malformed");
        }
    }

    @Override
    public int onDataRead(ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean end) {
        Http2OriginStream stream = streams.get(id);
        if (stream == null) {
            return data.readableBytes() + padding;
        }
        stream.dataRead(data.retain(), end);
        return padding; // the rest is consumed when it has passed on
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int id, long code) {
        Http2OriginStream stream = streams.get(id);
        if (stream != null) {
            stream.resetRead(code);
        }
    }

    @Override
    public void onGoAwayRead(ChannelHandlerContext ctx, int lastStream, long code, ByteBuf debugData) {
        links.goingAway();
        for (Http2OriginStream stream : List.copyOf(streams.values())) {
            if (stream.id() > lastStream) {
                stream.unseen();
            }
        }
    }

    @Override
    public void readComplete() {
        for (Http2OriginStream stream : List.copyOf(streams.values())) {
            stream.readComplete();
        }
    }

    @Override
    public void inputEnded(StreamEnd end) {
        for (Http2OriginStream stream : List.copyOf(streams.values())) {
            stream.inputEnded(end);
        }
        links.close(channel);
    }

    @Override
    public void closed() {
        links.closed(this);
    }

    @Override
    public void failed(Throwable cause) {
        links.failed(channel, cause);
    }
}
