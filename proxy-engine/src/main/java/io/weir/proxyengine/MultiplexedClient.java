package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.weir.eventbus.SessionMeter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that speaks HTTP/2 to the proxy, inside TLS (RFC 9113 §8.5): each of its streams is a {@link StreamChannel}, on which a {@link ClientHandler} serves it. Event loop of
 * its channel.
 */
final class MultiplexedClient extends HeadersListener implements ConnectionTail.Ends, Waiting {
    private static final Logger log = LoggerFactory.getLogger(MultiplexedClient.class);

    private final EngineLoop loop;
    private final InnerChannel channel;
    private final Caller caller;
    private final SessionMeter rest;
    private final Http2Link link;
    private final FrameLedger ledger = new FrameLedger();
    private final IntObjectMap<StreamChannel> streams = new IntObjectHashMap<>();
    private List<StreamChannel> heard = new ArrayList<>();
    private boolean first = true;
    private boolean ending;
    private long waitingSinceNanos;
    private int sweepPosition = -1;

    /** @param rest counts what no stream's session does, such as requests that are refused before they have one */
    MultiplexedClient(EngineLoop loop, InnerChannel channel, Caller caller, SessionMeter rest) {
        this.rest = rest;
        this.loop = loop;
        this.channel = channel;
        this.caller = caller;
        Http2Settings settings = new Http2Settings()
                .maxConcurrentStreams(Http2Link.STREAMS_MAX)
                .maxHeaderListSize(Http2Link.HEADER_LIST_BYTES);
        link = Http2Link.server(this, settings, loop.http().windows(), this::brokeProtocol);
        link.connection().addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                StreamChannel closed = streams.get(stream.id());
                if (closed != null) {
                    closed.streamClosed();
                }
            }
        });
    }

    /**
     * Puts it to work.
     *
     * @param sinceNanos when the client connected
     */
    void begin(long sinceNanos) {
        waitingSinceNanos = sinceNanos;
        channel.pipeline().addLast(ledger, new EndTeller(false, () -> {}), link, new ConnectionTail(this));
        channel.flush();
        loop.sweep().add(this);
    }

    /** What counts its frames. */
    FrameLedger ledger() {
        return ledger;
    }

    Http2Link link() {
        return link;
    }

    InnerChannel channel() {
        return channel;
    }

    Caller caller() {
        return caller;
    }

    void flush() {
        if (channel.isActive()) {
            loop.http().flushes().flushSoon(channel);
        }
    }

    // ---- streams ----

    @Override
    public void onHeadersRead(ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean end)
            throws Http2Exception {
        StreamChannel known = streams.get(id);
        if (known != null) {
            trailersRead(known, headers);
            return;
        }
        String overload = loop.admission().refusal();
        if (overload != null) {
            loop.admission().recordShortage(rest, caller.remote(), asked(headers));
            throw Http2Exception.streamError(id, Http2Error.REFUSED_STREAM, "%s", overload);
        }
        if (streams.size() >= Http2Link.STREAMS_MAX) { // the codec holds to it only when the client has acknowledged it
            throw Http2Exception.streamError(id, Http2Error.REFUSED_STREAM, "there are too many streams");
        }
        RequestHead head = Http2Fields.request(headers);
        if (head == null || !head.protocol().isEmpty() || !hasSoundTarget(head, headers)) {
            throw Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, "the request's head is malformed");
        }
        if (!streams.isEmpty() && !loop.clients().sharerCame()) {
            throw Http2Exception.streamError(id, Http2Error.REFUSED_STREAM, "there is no room for more clients");
        }
        open(id, new StreamRequest(loop.http().heads(), head, end), !streams.isEmpty(), end);
    }

    /** The host that it is for; empty if it does not say, or not as it should. */
    private static String asked(Http2Headers headers) {
        RequestHead head = Http2Fields.request(headers);
        if (head == null) {
            return "";
        }
        Authority authority = Authority.parse(head.authority(), head.method().equals("CONNECT") ? 0 : Site.HTTP_PORT);
        return authority == null ? "" : authority.toString();
    }

    /** RFC 9113 §8.5; a scheme is to be part of a line of HTTP/1.1. */
    private static boolean hasSoundTarget(RequestHead head, Http2Headers headers) {
        if (head.method().equals("CONNECT")) {
            return headers.scheme() == null && headers.path() == null;
        }
        return head.scheme().toLowerCase(Locale.ROOT).matches("[a-z][a-z0-9+.-]*");
    }

    private void open(int id, StreamRequest request, boolean isSharer, boolean end) {
        first = false;
        var stream = new StreamChannel(this, id, ledger.begin(id), request);
        streams.put(id, stream);
        if (isSharer) {
            stream.closeFuture().addListener(closed -> loop.clients().sharerLeft());
        }
        loop.eventLoop().register(stream);
        new ClientHandler(loop, stream, caller).begin(loop.sweep().nowNanos(), 0);
        stream.begin(end);
        if (!loop.entrance().isOpen(caller)) {
            link.goAway(); // with the answer to this one it ends
        }
    }

    private static void trailersRead(StreamChannel stream, Http2Headers headers) throws Http2Exception {
        HttpHeaders fields = stream.mayTrail() ? Http2Fields.fields(headers) : null;
        if (fields == null) {
            throw Http2Exception.streamError(
                    stream.stream(), Http2Error.PROTOCOL_ERROR, "what follows the content is malformed");
        }
        stream.trailersRead(fields);
    }

    @Override
    public int onDataRead(ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean end) {
        StreamChannel stream = streams.get(id);
        if (stream == null || !stream.isOpen()) {
            return data.readableBytes() + padding;
        }
        stream.dataRead(data.retain(), end);
        return padding; // the rest is consumed when it has passed on
    }

    /** A stream has something to hand on when all was read that is there. */
    void readSomething(StreamChannel stream) {
        heard.add(stream);
    }

    @Override
    public void readComplete() {
        if (heard.isEmpty()) {
            return;
        }
        List<StreamChannel> all = heard;
        heard = new ArrayList<>();
        all.forEach(StreamChannel::deliver);
    }

    /** So much of what came on a stream was handed on. */
    void passedOn(int id, int bytes, boolean keepsUp) {
        if (link.consume(id, bytes, keepsUp)) {
            flush();
        }
    }

    void reset(int id, Http2Error error) {
        if (channel.isActive() && link.connection().stream(id) != null) {
            link.encoder()
                    .writeRstStream(
                            link.context(), id, error.code(), link.context().newPromise());
            flush();
        }
    }

    /** A stream has nothing more to say or to hear. */
    void over(StreamChannel stream) {
        if (streams.remove(stream.stream()) == null) {
            return;
        }
        ledger.end(stream.stream());
        waitingSinceNanos = loop.sweep().nowNanos();
        if (streams.isEmpty() && (!loop.keeps(caller) || link.connection().goAwaySent())) {
            loop.eventLoop().execute(this::end); // what its session has to say goes before
        } else if (!loop.entrance().isOpen(caller)) {
            loop.eventLoop().execute(link::goAway); // it would bring one request after the other
        }
    }

    // ---- ends ----

    /** The client has broken the protocol, and was told so. */
    private void brokeProtocol() {
        loop.eventLoop().execute(this::end); // not in the middle of reading
    }

    /** Says goodbye, and ends what is still open. */
    private void end() {
        if (ending) {
            return;
        }
        ending = true;
        if (!link.isBroken()) {
            link.goAway();
        }
        leave();
        if (channel.isActive()) {
            channel.pipeline().firstContext().close();
        }
    }

    private void leave() {
        loop.sweep().remove(this);
        for (StreamChannel stream : List.copyOf(streams.values())) {
            stream.cut();
        }
    }

    @Override
    public void inputEnded(StreamEnd how) {
        readComplete(); // what came in one breath with it
        end();
    }

    @Override
    public void closed() {
        leave();
    }

    @Override
    public void failed(Throwable cause) {
        if (!(cause instanceof IOException)) {
            log.error("client connection failed remote={}", caller.remote(), cause);
        }
        end();
    }

    @Override
    public void drain() {
        link.goAway();
        if (streams.isEmpty()) {
            end();
        }
    }

    /** Ends the connection if it carries nothing: there is no room for those who only may come back. */
    void endKeptAlive() {
        if (!first) {
            drain();
        }
    }

    @Override
    public void close() {
        end();
    }

    @Override
    public void sweep(long nowNanos) {
        if (!streams.isEmpty()) {
            return; // each has deadlines of its own
        }
        long limit = first
                ? loop.config().timeouts().head().toNanos()
                : loop.shortage().patience(loop.config().timeouts().keepAlive().toNanos());
        if (nowNanos - waitingSinceNanos > limit) {
            end();
        }
    }

    @Override
    public int sweepPosition() {
        return sweepPosition;
    }

    @Override
    public void sweepPosition(int position) {
        sweepPosition = position;
    }
}
