package io.weir.proxyengine;

import io.netty.buffer.ByteBufUtil;
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
import org.jspecify.annotations.Nullable;

/**
 * Netty's codec of one HTTP/2 connection, set up for passing streams on. Event loop of its channel.
 *
 * <p>A stream's window is given back as its bytes pass on, the connection's at once: so a stream whose receiver has stopped holds no more than its
 * window, and stops no other; see {@link StreamWindows}.
 */
final class Http2Link extends Http2ConnectionHandler {
    static final int HEADER_LIST_BYTES = HttpLimits.HEAD_BYTES;
    static final int STREAMS_MAX = 128;

    /** Of a peer that gives up so many streams in half a minute nothing good comes (CVE-2023-44487). */
    private static final int RESETS_MAX = 2_000;

    private static final int RESETS_SECONDS = 30;
    private static final float WINDOW_UPDATE_RATIO = 0.5f;

    @SuppressWarnings("NullAway.Init") // comes with handlerAdded, before any other call
    private ChannelHandlerContext context;

    private final StreamWindows windows;
    private final @Nullable Runnable breach;
    private boolean isBroken;

    private Http2Link(
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings,
            StreamWindows.Budget budget,
            @Nullable Runnable breach) {
        super(decoder, encoder, settings);
        windows = new StreamWindows(connection(), budget);
        this.breach = breach;
    }

    /**
     * Towards a client.
     *
     * @param breach what to do when the client has broken the protocol and was told so by GOAWAY; it is to end the connection
     */
    static Http2Link server(
            Http2FrameListener listener, Http2Settings settings, StreamWindows.Budget budget, Runnable breach) {
        return new Builder(true, listener, settings, budget, breach).build();
    }

    /** Towards an origin; streams beyond what it allows wait. */
    static Http2Link client(Http2FrameListener listener, StreamWindows.Budget budget) {
        Http2Settings settings =
                Http2Settings.defaultSettings().pushEnabled(false).maxHeaderListSize(HEADER_LIST_BYTES);
        return new Builder(false, listener, settings, budget, null).build();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        super.handlerAdded(ctx);
        windows.begin();
    }

    ChannelHandlerContext context() {
        return context;
    }

    /**
     * Gives back so much of a stream's window.
     *
     * @param keepsUp whether all that came before has left us
     * @return whether that is to be flushed
     */
    boolean consume(int stream, int bytes, boolean keepsUp) {
        Http2Stream open = connection().stream(stream);
        if (open == null || bytes == 0) {
            return false;
        }
        try {
            return windows.consume(open, bytes, keepsUp);
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

    /** Whether the peer has broken the protocol, and was told so. */
    boolean isBroken() {
        return isBroken;
    }

    /** Closing at once, with bytes unread, would reset the connection, and the peer might never read why. */
    @Override
    protected void onConnectionError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, @Nullable Http2Exception error) {
        if (breach == null
                || outbound
                || error == null
                || error.shutdownHint() == Http2Exception.ShutdownHint.GRACEFUL_SHUTDOWN) {
            super.onConnectionError(ctx, outbound, cause, error);
        } else if (!isBroken) {
            isBroken = true;
            goAway(
                    ctx,
                    connection().remote().lastStreamCreated(),
                    error.error().code(),
                    ByteBufUtil.writeUtf8(ctx.alloc(), String.valueOf(error.getMessage())),
                    ctx.newPromise());
            ctx.flush();
            breach.run();
        }
    }

    /** Collects what a link is made of. */
    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<Http2Link, Builder> {
        private final StreamWindows.Budget budget;
        private final @Nullable Runnable breach;

        Builder(
                boolean isServer,
                Http2FrameListener listener,
                Http2Settings settings,
                StreamWindows.Budget budget,
                @Nullable Runnable breach) {
            this.budget = budget;
            this.breach = breach;
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
            initialSettings(settings);
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
            return new Http2Link(decoder, encoder, initialSettings, budget, breach);
        }
    }
}
