package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How much a peer may send ahead: more with each window that passed on, within the budget, which comes back to the last byte. */
class StreamWindowsTest {
    private static final int INITIAL = 65_535;
    private static final int MAX = 4 << 20;

    private final DefaultHttp2Connection connection = new DefaultHttp2Connection(true);
    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    private final Http2LocalFlowController flow = new DefaultHttp2LocalFlowController(connection);

    @BeforeEach
    void connect() throws Http2Exception {
        connection.local().flowController(flow.frameWriter(new DefaultHttp2FrameWriter()));
        flow.channelHandlerContext(channel.pipeline().firstContext());
    }

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
    }

    private StreamWindows windows(StreamWindows.Budget budget) throws Http2Exception {
        var windows = new StreamWindows(connection, budget);
        windows.begin();
        return windows;
    }

    /** The peer fills the window, and all of it passes on, or stays for a while. */
    private void useUp(StreamWindows windows, Http2Stream stream, boolean keepsUp) throws Http2Exception {
        int bytes = flow.windowSize(stream);
        ByteBuf data = Unpooled.wrappedBuffer(new byte[bytes]);
        flow.receiveFlowControlledFrame(stream, data, 0, false);
        data.release();
        windows.consume(stream, bytes, keepsUp);
    }

    @Test
    void aStreamWhoseBytesPassOnMaySendTwiceAsMuchEachTimeUpToTheMaximum() throws Exception {
        var budget = new StreamWindows.Budget(64 << 20);
        StreamWindows windows = windows(budget);
        Http2Stream stream = connection.remote().createStream(1, false);

        useUp(windows, stream, true);
        assertThat(flow.initialWindowSize(stream)).isEqualTo(2 * INITIAL);
        useUp(windows, stream, true);
        assertThat(flow.initialWindowSize(stream)).isEqualTo(4 * INITIAL);
        for (int i = 0; i < 10; i++) {
            useUp(windows, stream, true);
        }
        assertThat(flow.initialWindowSize(stream)).isEqualTo(MAX);
        assertThat(flow.windowSize(stream)).isEqualTo(MAX);
        assertThat(budget.left()).isEqualTo((64 << 20) - (MAX - INITIAL));
    }

    @Test
    void aStreamThatStallsMaySendNoMoreThanAtTheBeginning() throws Exception {
        StreamWindows windows = windows(new StreamWindows.Budget(64 << 20));
        Http2Stream stream = connection.remote().createStream(1, false);

        for (int i = 0; i < 5; i++) {
            useUp(windows, stream, false);
        }
        assertThat(flow.initialWindowSize(stream)).isEqualTo(INITIAL);
    }

    @Test
    void theBudgetIsSharedAndComesBackWhenStreamsClose() throws Exception {
        var budget = new StreamWindows.Budget(3 * INITIAL);
        StreamWindows windows = windows(budget);
        Http2Stream first = connection.remote().createStream(1, false);
        Http2Stream second = connection.remote().createStream(3, false);

        useUp(windows, first, true);
        useUp(windows, first, true);
        useUp(windows, second, true);
        assertThat(budget.left()).isZero();
        useUp(windows, second, true);
        assertThat(flow.initialWindowSize(second)).isEqualTo(INITIAL);

        first.close();
        second.close();
        assertThat(budget.left()).isEqualTo(3 * INITIAL);
    }
}
