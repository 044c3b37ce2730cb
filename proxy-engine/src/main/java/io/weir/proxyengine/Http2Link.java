package io.weir.proxyengine;

import static io.netty.handler.codec.http2.Http2CodecUtil.DEFAULT_WINDOW_SIZE;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;

/**
 * Netty's codec of one HTTP/2 connection, set up for passing streams on. Event loop of its channel.
 *
 * <p>A stream's window is given back as its bytes pass on, the connection's at once: so a stream whose receiver has stopped holds no more than its
 * window, and stops no other.
 */
final class Http2Link extends Http2ConnectionHandler {
    static final int HEADER_LIST_BYTES = HttpLimits.HEAD_BYTES;
    static final int STREAMS_MAX = 128;

    /** Of a peer that gives up so many streams in half a minute nothing good comes (CVE-2023-44487). */
    private static final int RESETS_MAX = 2_000;

    private static final int RESETS_SECONDS = 30;
    /**
     * Of a stream, and of the connection as that is given back at once. The protocol's 64 KiB let a stream have 1.3 MB/s over a path of 50 ms; more would
     * let a peer that opens all streams make us hold more for a receiver that has stopped.
     */
    private static final int WINDOW_BYTES = 256 << 10;

    private static final float WINDOW_UPDATE_RATIO = 0.5f;

    @SuppressWarnings("NullAway.Init") // comes with handlerAdded, before any other call
    private ChannelHandlerContext context;

    private Http2Link(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
        super(decoder, encoder, settings);
    }

    /** Towards a client. */
    static Http2Link server(Http2FrameListener listener, Http2Settings settings) {
        return new Builder(true, listener, settings).build();
    }

    /** Towards an origin; streams beyond what it allows wait. */
    static Http2Link client(Http2FrameListener listener) {
        Http2Settings settings =
                Http2Settings.defaultSettings().pushEnabled(false).maxHeaderListSize(HEADER_LIST_BYTES);
        return new Builder(false, listener, settings).build();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        super.handlerAdded(ctx);
        Http2Stream whole = connection().connectionStream();
        connection().local().flowController().incrementWindowSize(whole, WINDOW_BYTES - DEFAULT_WINDOW_SIZE);
    }

    ChannelHandlerContext context() {
        return context;
    }

    /**
     * Gives back so much of a stream's window.
     *
     * @return whether that is to be flushed
     */
    boolean consume(int stream, int bytes) {
        Http2Stream open = connection().stream(stream);
        if (open == null || bytes == 0) {
            return false;
        }
        try {
            return connection().local().flowController().consumeBytes(open, bytes);
        } catch (Http2Exception e) {
            throw new IllegalStateException("the window of stream " + stream + " cannot be given back", e);
        }
    }

    /** Announces that no more streams are taken; those that are open go on. */
    void goAway() {
        if (!connection().goAwaySent()
                && !context.isRemoved()
                && context.channel().isActive()) {
            goAway(
                    context,
                    connection().remote().lastStreamCreated(),
                    Http2Error.NO_ERROR.code(),
                    io.netty.buffer.Unpooled.EMPTY_BUFFER,
                    context.newPromise());
            context.flush();
        }
    }

    /** Collects what a link is made of. */
    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<Http2Link, Builder> {
        Builder(boolean isServer, Http2FrameListener listener, Http2Settings settings) {
            Http2Connection connection = new DefaultHttp2Connection(isServer);
            connection
                    .local()
                    .flowController(new DefaultHttp2LocalFlowController(connection, WINDOW_UPDATE_RATIO, true));
            connection
                    .remote()
                    .flowController(new DefaultHttp2RemoteFlowController(
                            connection, new UniformStreamByteDistributor(connection)));
            connection(connection);
            frameListener(listener);
            initialSettings(settings.initialWindowSize(WINDOW_BYTES));
            gracefulShutdownTimeoutMillis(0);
            decoderEnforceMaxRstFramesPerWindow(RESETS_MAX, RESETS_SECONDS);
            encoderEnforceMaxRstFramesPerWindow(RESETS_MAX, RESETS_SECONDS);
            if (!isServer) {
                encoderEnforceMaxConcurrentStreams(true);
            }
        }

        @Override
        protected Http2Link build() {
            return super.build();
        }

        @Override
        protected Http2Link build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings initialSettings) {
            return new Http2Link(decoder, encoder, initialSettings);
        }
    }
}
