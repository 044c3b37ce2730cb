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
import io.weir.eventbus.CloseReason;
import java.util.List;

/** A client that speaks HTTP/2 inside an intercepted tunnel: each of its streams is an exchange. Event loop of its channel. */
final class Http2Client extends HeadersListener implements ConnectionTail.Ends {
    private static final int SETTINGS_MAX = 100;

    private final InterceptedTunnel tunnel;
    private final SocketChannel channel;
    private final Http2Link link;
    private final WriteMeter writes = new WriteMeter();
    private final FrameMeter frames = new FrameMeter(true, Leg.UP, Leg.DOWN, writes);
    private final IntObjectMap<Http2ClientStream> streams = new IntObjectHashMap<>();
    private Http2Settings told;
    private int timesTold;

    Http2Client(InterceptedTunnel tunnel, Http2Settings ofOrigin) {
        this.tunnel = tunnel;
        channel = tunnel.client();
        told = mirrored(ofOrigin);
        link = Http2Link.server(
                this,
                new Http2Settings().copyFrom(told).maxHeaderListSize(Http2Link.HEADER_LIST_BYTES),
                tunnel.loop().http().windows(),
                tunnel::clientBrokeProtocol);
        link.connection().addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                streamClosed(stream.id());
            }
        });
    }

    /** What we allow the client: no more than the origin allows us. */
    private static Http2Settings mirrored(Http2Settings ofOrigin) {
        Long streams = ofOrigin.maxConcurrentStreams();
        Http2Settings settings = new Http2Settings()
                .maxConcurrentStreams(
                        streams == null ? Http2Link.STREAMS_MAX : Math.min(Http2Link.STREAMS_MAX, streams));
        if (Boolean.TRUE.equals(ofOrigin.connectProtocolEnabled())) {
            settings.connectProtocolEnabled(true);
        }
        return settings;
    }

    void begin() {
        channel.pipeline().addLast(writes, frames, link, new ConnectionTail(this));
        channel.config().setAutoRead(true);
    }

    /** The origin allows something else from now on. One that can't decide is not repeated: its limit holds at its own side, too. */
    void originSettings(Http2Settings ofOrigin) {
        Http2Settings news = mirrored(ofOrigin);
        if (!channel.isActive() || news.equals(told) || timesTold == SETTINGS_MAX) {
            return;
        }
        told = news;
        timesTold++;
        link.encoder().writeSettings(link.context(), news, link.context().newPromise());
        link.context().flush();
    }

    InterceptedTunnel tunnel() {
        return tunnel;
    }

    FrameMeter frames() {
        return frames;
    }

    Http2Link link() {
        return link;
    }

    void flush() {
        tunnel.loop().http().flushes().flushSoon(channel);
    }

    /** Takes no more streams. */
    void goAway() {
        link.goAway();
        if (streams.isEmpty()) {
            tunnel.end(CloseReason.COMPLETED);
        }
    }

    @Override
    public void onHeadersRead(ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean end)
            throws Http2Exception {
        Http2ClientStream known = streams.get(id);
        if (known != null) {
            known.trailersRead(headers);
            return;
        }
        String overload = tunnel.loop().admission().refusal();
        if (overload != null) {
            tunnel.requestRefused();
            tunnel.exchanges().recordShortage();
            throw Http2Exception.streamError(id, Http2Error.REFUSED_STREAM, "%s", overload);
        }
        if (streams.size() >= Http2Link.STREAMS_MAX) { // the codec holds to it only when the client has acknowledged it
            tunnel.requestRefused();
            throw Http2Exception.streamError(id, Http2Error.REFUSED_STREAM, "there are too many streams");
        }
        RequestHead head = Http2Fields.request(headers);
        if (head == null) {
            throw Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, "the request's head is malformed");
        }
        var stream = new Http2ClientStream(this, id, head);
        streams.put(id, stream);
        stream.begin(head, end);
    }

    @Override
    public int onDataRead(ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean end) {
        Http2ClientStream stream = streams.get(id);
        if (stream == null) {
            return data.readableBytes() + padding;
        }
        stream.dataRead(data.retain(), end);
        return padding; // the rest is consumed when it has passed on
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int id, long code) {
        Http2ClientStream stream = streams.get(id);
        if (stream != null) {
            stream.resetRead(code);
        }
    }

    private void streamClosed(int id) {
        Http2ClientStream stream = streams.get(id);
        if (stream != null) {
            stream.closed();
        }
    }

    /** A stream has nothing more to say or to hear. */
    void over(int id) {
        streams.remove(id);
        frames.close(id);
        if (streams.isEmpty() && (tunnel.isDraining() || link.connection().goAwaySent())) {
            link.goAway();
            tunnel.end(CloseReason.COMPLETED);
        }
    }

    @Override
    public void readComplete() {
        for (Http2ClientStream stream : List.copyOf(streams.values())) {
            stream.readComplete();
        }
    }

    @Override
    public void inputEnded(StreamEnd end) {
        if (end == StreamEnd.ORDERLY) {
            tunnel.clientSaidGoodbye();
        }
        if (link.isBroken()) {
            return; // it ends by itself: a reset now could overtake our GOAWAY
        }
        if (streams.isEmpty()) {
            tunnel.end(CloseReason.COMPLETED);
            return;
        }
        for (Http2ClientStream stream : List.copyOf(streams.values())) {
            stream.inputEnded(end);
        }
        tunnel.cut(CloseReason.CLIENT_ABORTED);
    }

    @Override
    public void closed() {
        tunnel.clientClosed(streams.isEmpty() ? CloseReason.COMPLETED : CloseReason.CLIENT_RESET);
    }

    @Override
    public void failed(Throwable cause) {
        tunnel.failed(cause, true);
    }
}
